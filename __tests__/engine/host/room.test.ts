import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { JobHost } from "../../support/job-host";

jest.setTimeout(60_000);

/** A host with one disk that is as full as a test wants, and a real folder of uploads. */
class CrowdedHost extends JobHost {
  readonly uploads = this.path("data/work-order-uploads");

  constructor() {
    super();
    this.install("room/run.sh", "jobs/room/run.sh");
    this.install("shared/untrusted.sh", "jobs/room/untrusted.sh");
    mkdirSync(this.uploads, { recursive: true });
  }

  async check(percent: number, inodes: number | "-" = 1, uploadsBytes = 0): Promise<string> {
    this.program(
      "df",
      `case "$*" in *target*) printf 'Mounted on\\n/\\n/\\n' ;; *) printf 'Use%% IUse%%\\n ${percent}%% ${inodes}\\n' ;; esac`,
    );
    const { code, stdout, stderr } = await this.run("jobs/room/run.sh", [], {
      DISKS: "/ /var/lib/docker",
      WARNING_PERCENT: "85",
      ERROR_PERCENT: "95",
      UPLOADS: this.uploads,
      UPLOADS_BYTES: String(uploadsBytes),
      MEMORY: this.path("memory/room"),
    });
    expect([code, stderr]).toEqual([0, ""]);
    return stdout;
  }

  get raised(): string[] {
    return this.alerts.map(({ severity, source }) => `${severity} ${source}`);
  }
}

describe("the check of free space", () => {
  test("says nothing while there is room", async () => {
    const host = new CrowdedHost();
    expect(await host.check(84)).toBe("");
    expect(host.raised).toEqual([]);
  });

  test("alerts once for each disk, again when it gets worse, and once when there is room again", async () => {
    const host = new CrowdedHost();
    for (const percent of [86, 90, 96, 97, 84, 82, 70]) await host.check(percent);

    expect(host.raised).toEqual([
      "warning room/disk/",
      "error room/disk/",
      "warning room/disk/",
      "info room/disk/",
    ]);
    expect(host.alerts[0]?.message).toMatch(
      /^the disk of \/ is 86 % full, .* Expected less than 85 %\. Make room/,
    );
  });

  test("counts inodes as room, and a file system without a number of them as free", async () => {
    const host = new CrowdedHost();
    await host.check(10, 97);
    await host.check(10, "-");
    expect(host.raised).toEqual(["error room/disk/", "info room/disk/"]);
  });

  test("alerts if uploads take more than they were given, and a file with a hole takes nothing", async () => {
    const host = new CrowdedHost();
    execFileSync("truncate", ["--size", "1T", `${host.uploads}/hollow`]);
    await host.check(10, 1, 3_000_000);
    expect(host.raised).toEqual([]);

    execFileSync("dd", [
      "if=/dev/zero",
      `of=${host.uploads}/$(id>executed)`,
      "bs=1M",
      "count=4",
      "status=none",
    ]);
    expect(await host.check(10, 1, 3_000_000)).toContain("host.room.uploadsGiB");
    await host.check(10, 1, 30_000_000);
    await host.check(10, 1, 0);
    expect(host.raised).toEqual([
      "warning room/uploads/work-order-uploads",
      "info room/uploads/work-order-uploads",
    ]);
  });

  test("resolves an alert about what is no longer checked", async () => {
    const host = new CrowdedHost();
    execFileSync("dd", ["if=/dev/zero", `of=${host.uploads}/file`, "bs=1M", "count=4", "status=none"]);
    await host.check(10, 1, 3_000_000);
    await host.check(10, 1, 0);
    await host.check(10, 1, 0);
    expect(host.raised).toEqual([
      "warning room/uploads/work-order-uploads",
      "info room/uploads/work-order-uploads",
    ]);
  });
});
