import { cpuLimit, readBackCpus } from "../../constructs/container/cpu-limit";

describe("the Docker provider reads a CPU limit back", () => {
  test.each([
    // Recorded, with Docker Engine 26.1.
    [1_000_000_000n, "1.0"],
    [2_000_000_000n, "2.0"],
    [500_000_000n, "0.5"],
    [250_000_000n, "0.25"],
    [1_500_000_000n, "1.5"],
    [333_000_000n, "0.333"],
    [50_000_000n, "0.1"],
    // By its source.
    [10_000_000_000n, "10."],
    [11_000_000_000n, "11.0"],
    [100_000_000_000n, "100."],
    [10_500_000_000n, "10.5"],
    [100_000_000n, "0.1"],
    [40_000_000n, "0.0"],
    [10_050_000_000n, "10.1"],
    [1n, "0.0"],
  ])("%d billionths of a core as %s", (nano, text) => {
    expect(readBackCpus(nano)).toBe(text);
  });
});

describe("a CPU limit is written as the provider reads it back", () => {
  test.each([
    [0.1, "0.1"],
    [0.25, "0.25"],
    [0.333, "0.333"],
    [0.5, "0.5"],
    [1, "1.0"],
    [1.5, "1.5"],
    [2, "2.0"],
    [10, "10."],
    [16, "16.0"],
    [0.011, "0.011"],
    [1 / 3, "0.333333333"],
    [0.1 + 0.2, "0.3"],
  ])("%d as %s", (cpus, text) => {
    expect(cpuLimit("web", cpus)).toBe(text);
  });

  test("is the number that was given, to whoever reads it as one", () => {
    expect([1, 2, 10, 0.25].map((cpus) => Number(cpuLimit("web", cpus)))).toEqual([1, 2, 10, 0.25]);
  });
});

describe("a CPU limit that the provider reads back as another one is refused, with what would do", () => {
  const reason = "and would replace the container with every deployment";
  const expected = "expected a number that it reads back as it is, such as";

  test.each([
    [0.05, "the Docker provider reads it back as 0.1", "0.049 or 0.051"],
    [0.02, "the Docker provider reads it back as 0.0", "0.019 or 0.021"],
    [0.01, "the Docker provider reads it back as 0.0", "0.011"],
    [10.05, "the Docker provider reads it back as 10.1", "10.049 or 10.051"],
  ])("%d", (cpus, readBack, instead) => {
    expect(() => cpuLimit("web", cpus)).toThrow(
      new Error(`limits.cpus of web is ${cpus}: ${readBack}, ${reason}; ${expected} ${instead}`),
    );
  });
});

describe("a CPU limit that is no share of a core is refused", () => {
  test.each([0, -1, NaN, Infinity])("%d", (cpus) => {
    expect(() => cpuLimit("web", cpus)).toThrow(
      new Error(`limits.cpus of web is ${cpus}: expected a number of cores above 0, such as 0.5 or 2`),
    );
  });

  test.each([0.009, 0.001, 1e-10])("%d, which Linux would not take", (cpus) => {
    expect(() => cpuLimit("web", cpus)).toThrow(
      new Error(
        `limits.cpus of web is ${cpus}: Linux gives at least a hundredth of a core; expected more, such as 0.011 or 0.1`,
      ),
    );
  });
});
