import { rmSync } from "node:fs";
import { join } from "node:path";
import { waitFor } from "../../../../lib/run";
import { SERVICES, type Status, system, whileSick } from "./support";

describe("emaintenance status", () => {
  test("shows every service and the host, and ends with 0 when all is well", async () => {
    const { code, stdout } = await system.emaintenance(["status"]);

    expect(stdout).toMatch(/^SERVICE +TIER +RELEASE +STATE +HEALTH +RESTARTS +SINCE +CPU +MEMORY +PORTS\n/);
    expect(stdout).toMatch(
      /^postgres +data +postgres:17 +running +healthy +0 +(\d+m )?\d+s +[\d.]+ % +[\d.]+ MiB of [\d.]+ GiB +-$/m,
    );
    expect(stdout).toMatch(/^nginx .* 127\.0\.0\.1:\d+$/m);
    expect(stdout).toMatch(/^migration +job +1\.4\.0 +exited +done/m);
    expect(stdout).toMatch(/^memory .* available$/m);
    expect(stdout).toMatch(/^disk +\/: .* free, \d+ % full, \d+ % of inodes$/m);
    expect(stdout.trimEnd().split("\n").at(-1)).toBe("all is well");
    expect(code).toBe(0);
  });

  test("prints the same as JSON", async () => {
    const status = await system.json<Status>("status");
    expect(status.services.map(({ service }) => service)).toEqual(SERVICES);
    expect(status).toMatchObject({ well: true, problems: [], deploy: null, jobs: [{ exitCode: 0 }] });
    expect(status.services[0]).toMatchObject({ cpuPercent: expect.any(Number) as number, restarts: 0 });
  });

  test("says what is wrong with a service that is stopped, sick or not there, and what to do", async () => {
    await system.docker("stop", "--time", "1", system.container("web"));
    await system.docker("rm", "--force", system.container("nginx"));
    await whileSick("user-service", async () => {
      await waitFor(
        "an unhealthy user-service",
        30,
        async () => (await system.inspect("user-service", "{{.State.Health.Status}}")) === "unhealthy",
      );
      const { code, stdout } = await system.emaintenance(["status", "--quick"]);

      expect(code).toBe(1);
      expect(stdout).toMatch(/^web .* exited /m);
      expect(stdout).toMatch(/^nginx .* missing /m);
      expect(stdout).toContain("3 problem(s):");
      expect(stdout).toMatch(/user-service is unhealthy: .*curl/);
      expect(stdout).toMatch(
        /-web is exited.*\n +expected a running container; emaintenance logs web --since 10m; emaintenance restart web/,
      );
      expect(stdout).toMatch(/nginx has no container\n +expected operator-test-.*; deploy again/);
    });
    const gone = await system.emaintenance(["health", "nginx", "web"]);
    expect(gone.stdout).toMatch(/web +no .* its container is exited\nnginx +no .* has no container/);

    await system.docker("start", system.container("web"));
    await system.startService("nginx");
    await system.healthy("nginx");
    await system.healthy("web");
  });

  test("says that visitors see the maintenance page, and how that ends", async () => {
    await system.emaintenance(["maintenance", "on", "Back at 14:00."]);
    const { code, stdout } = await system.emaintenance(["status", "--quick"]);
    const status = await system.json<Status>("status", "--quick");
    await system.emaintenance(["maintenance", "off"]);

    expect(stdout).toMatch(
      /^- visitors see the maintenance page since \d+s, by \S+: Back at 14:00\.\n +expected that they reach the system; when the work is done: emaintenance maintenance off$/m,
    );
    expect(code).toBe(1);
    expect(status.maintenance).toMatchObject({ on: true, text: "Back at 14:00." });
    expect((await system.emaintenance(["status", "--quick"])).code).toBe(0);
  });

  test("shows scheduled jobs and open alerts, and counts the failed and the open ones", async () => {
    const time = new Date(Date.now() - 90_000).toISOString().replace(/\.\d+/, "");
    const record = (job: string, exitCode: number, message: string) =>
      system.write(
        `status/${job}.json`,
        JSON.stringify({ job, started: time, ended: time, exitCode, message }),
      );
    record("backup", 0, "12 MiB");
    record("clean-up", 3, "no space");
    system.write("status/torn.json", '{"job":');
    const alert = (source: string, severity: string, at: string) =>
      JSON.stringify({ time: at, severity, source, message: `${source} says` });
    system.write(
      "status/alerts.jsonl",
      [
        alert("watchdog", "error", time),
        alert("clean-up", "error", "2026-01-01T00:00:00Z"),
        alert("clean-up", "info", "2026-01-01T01:00:00Z"),
        "{torn",
      ].join("\n"),
    );

    const status = await system.json<Status>("status", "--quick");
    const { code, stdout } = await system.emaintenance(["status", "--quick"]);
    for (const file of ["backup.json", "clean-up.json", "torn.json", "alerts.jsonl"]) {
      rmSync(join(system.root, "status", file));
    }

    expect(status.schedules.map(({ job }) => job)).toEqual(["backup", "clean-up", "torn"]);
    expect(status.alerts.map(({ source }) => source)).toEqual(["watchdog"]);
    expect(stdout).toMatch(/^backup +ok +1m \d+s ago +12 MiB$/m);
    expect(stdout).toMatch(/the scheduled job clean-up failed \(exit code 3\): no space/);
    expect(stdout).toMatch(/the scheduled job torn has no readable record/);
    expect(stdout).toMatch(/alert of watchdog, 1m \d+s ago: watchdog says/);
    expect(code).toBe(1);
  });
});
