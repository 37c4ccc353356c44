import { errorOf } from "./error-of";
import { formatDuration, parseDuration } from "../../../lib/plugins/docker/duration";

test.each([
  ["0s", 0],
  ["0", 0],
  ["500ms", 5e8],
  ["1.5s", 1.5e9],
  ["30s", 30e9],
  ["1m30s", 90e9],
  ["2h", 7200e9],
])("%s is %d ns", (text, nanoseconds) => {
  expect(parseDuration(text)).toBe(nanoseconds);
});

test.each(["", "30", "s", "30 s", "1m 30s", "-1s", "1d"])("%j is no duration", (text) => {
  const error = errorOf(() => parseDuration(text));
  expect(error.message).toBe(`"${text}" is no duration`);
  expect(error.detail).toBe('Expected: numbers with units (ms, s, m, h), such as "1m30s".');
});

test.each([
  [0, "0s"],
  [5e8, "500ms"],
  [1.5e9, "1.5s"],
  [30e9, "30s"],
  [60e9, "1m0s"],
  [3600e9, "1h0m0s"],
])("%d ns are written as the real plugin writes them: %s", (nanoseconds, text) => {
  expect(formatDuration(nanoseconds)).toBe(text);
});
