import { goDuration } from "../../constructs/values/go-duration";

describe("a duration in Go's spelling", () => {
  test.each([
    [0, "0s"],
    [1, "1ms"],
    [500, "500ms"],
    [999, "999ms"],
    [1_000, "1s"],
    [1_500, "1.5s"],
    [30_000, "30s"],
    [60_000, "1m0s"],
    [90_000, "1m30s"],
    [3_600_000, "1h0m0s"],
    [3_661_000, "1h1m1s"],
    [90_000_000, "25h0m0s"],
  ])("%d ms is %s", (milliseconds, spelling) => {
    expect(goDuration(milliseconds)).toBe(spelling);
  });
});
