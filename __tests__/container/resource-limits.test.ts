import { checkedLimits } from "../../constructs/container/resource-limits";
import { declared } from "../support/declared";

describe("the limits of a container", () => {
  test("are one core, 512 MiB and 512 processes by default", () => {
    expect(checkedLimits("web", {}, 192)).toEqual({ cpus: "1.0", memoryMiB: 512, pids: 512 });
  });

  test.each([
    [0.5, "0.5"],
    [1.0, "1.0"],
    [2, "2.0"],
    [0.25, "0.25"],
  ])("of %d cores are written as the provider reads them back: %s", (cpus, written) => {
    expect(checkedLimits("web", { cpus }, 192).cpus).toBe(written);
  });
});

describe("memory below what the program needs is refused", () => {
  test.each([
    [
      "postgres",
      191,
      "memory limit of postgres is 191 MiB: it needs at least 192 MiB; raise limits.memoryMiB",
    ],
    ["redis", 63, "memory limit of redis is 63 MiB: it needs at least 64 MiB; raise limits.memoryMiB"],
    [
      "user-service",
      95,
      "memory limit of user-service is 95 MiB: it needs at least 96 MiB; raise limits.memoryMiB",
    ],
    [
      "work-order-service",
      64,
      "memory limit of work-order-service is 64 MiB: it needs at least 96 MiB; raise limits.memoryMiB",
    ],
    [
      "asset-service",
      32,
      "memory limit of asset-service is 32 MiB: it needs at least 96 MiB; raise limits.memoryMiB",
    ],
    ["web", 128, "memory limit of web is 128 MiB: it needs at least 192 MiB; raise limits.memoryMiB"],
    ["nginx", 0, "memory limit of nginx is 0 MiB: it needs at least 48 MiB; raise limits.memoryMiB"],
  ])("%s with %d MiB", (service, memoryMiB, message) => {
    expect(() => checkedLimits(service, { memoryMiB }, declared(service).leastMemoryMiB)).toThrow(
      new Error(message),
    );
  });

  test("but exactly what it needs is enough", () => {
    expect(checkedLimits("nginx", { memoryMiB: 48 }, 48).memoryMiB).toBe(48);
  });
});

describe("limits that are no limits are refused", () => {
  test.each([
    [{ cpus: 0 }, "limits.cpus of web is 0: expected a number of cores above 0, such as 0.5 or 2"],
    [{ cpus: -1 }, "limits.cpus of web is -1: expected a number of cores above 0, such as 0.5 or 2"],
    [{ cpus: NaN }, "limits.cpus of web is NaN: expected a number of cores above 0, such as 0.5 or 2"],
    [{ memoryMiB: 512.5 }, "limits.memoryMiB of web is 512.5: expected a whole number of MiB, such as 512"],
    ...[0, -1, 63, 32_769, 100.5, NaN].map((pids): [object, string] => [
      { pids },
      `limits.pids of web is ${pids}: expected a whole number of processes and threads from 64 to 32768, such as 512`,
    ]),
    [{ memoryMiB: NaN }, "limits.memoryMiB of web is NaN: expected a whole number of MiB, such as 512"],
  ])("%j", (limits, message) => {
    expect(() => checkedLimits("web", limits, 192)).toThrow(new Error(message));
  });
});
