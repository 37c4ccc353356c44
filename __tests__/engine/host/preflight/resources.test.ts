import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { complaintsInWords, PreflightHost, proc } from "../../../support/preflight-host";

describe("what the preflight checks find wrong with cores and memory", () => {
  test("fewer cores than one container may use", async () => {
    expect(await complaintsInWords(new PreflightHost().docker({ "info *NCPU*": "echo 1" }))).toEqual([
      "error cpu: vm1 has 1 cores, and a container may use 1.5. Expected at least 1.5. " +
        "Use a larger VM, or lower limits.cpus of that container.",
    ]);
  });

  test("less memory than any container could work with", async () => {
    const settings = { PROC: proc({ meminfo: "MemTotal: 524288 kB\n" }), LEAST_MEMORY_MIB: "1024" };

    expect(await complaintsInWords(new PreflightHost(), settings)).toEqual([
      "error memory: vm1 has 512 MiB of memory. Expected at least 1.0 GiB. Use a larger VM.",
    ]);
  });

  test("less memory than all containers may use", async () => {
    expect(await complaintsInWords(new PreflightHost(), { MEMORY_LIMITS_MIB: "9000" })).toEqual([
      "warning memory: vm1 has 7.8 GiB of memory, and all containers together may use 8.7 GiB. " +
        "Expected no less than they may use. Use a larger VM, or lower limits.memoryMiB.",
    ]);
  });
});

describe("a real disk", () => {
  /** In memory, and small: a few MiB more or less are all that is there. */
  const full = mkdtempSync("/dev/shm/emaintenance-test-");
  afterAll(() => rmSync(full, { recursive: true, force: true }));
  const free = () =>
    Number(
      execFileSync("df", ["--output=avail", "--block-size=1M", "/dev/shm"], { encoding: "utf8" }).split(
        "\n",
      )[1],
    );

  test("that is too full", async () => {
    const complaints = await new PreflightHost().complaints({
      FOLDER: join(full, "opt/emaintenance"),
      LEAST_DISK_MIB: String(free() + 100),
    });

    const own = complaints.filter(({ found }) => found.includes(full));
    expect(own).toEqual([
      {
        check: "disk",
        severity: "error",
        found: expect.stringMatching(
          /\/opt\/emaintenance has [\d.]+ [MG]iB of free disk space \(on \/dev\/shm\)$/,
        ) as string,
        expected: expect.stringMatching(/^at least [\d.]+ [MG]iB$/) as string,
        remedy: "See what fills it: df -h /dev/shm; docker system df",
      },
    ]);
  });

  test("that is nearly full", async () => {
    const complaints = await new PreflightHost().complaints({
      FOLDER: full,
      LOW_DISK_MIB: String(free() + 100),
    });

    expect(complaints.filter(({ found }) => found.includes(full))).toMatchObject([
      { severity: "warning", check: "disk", remedy: "See what fills it: df -h /dev/shm; docker system df" },
    ]);
  });

  test("that has no more inodes", async () => {
    const complaints = await new PreflightHost().complaints({ FOLDER: full, LEAST_INODES: "99999999999" });

    expect(complaints.find(({ found }) => found.includes(full))).toMatchObject({
      severity: "error",
      check: "disk",
      found: expect.stringMatching(/ has \d+ free inodes \(on \/dev\/shm\)$/) as string,
      expected: "at least 99999999999",
      remedy: "See what has so many files: du --inodes -x -d 2 /dev/shm",
    });
  });

  test("is checked once, however many of the system's folders are on it", async () => {
    const { findings } = await new PreflightHost().report({ FOLDER: "/" });

    expect(findings.filter(({ check }) => check === "disk")).toHaveLength(1);
  });
});
