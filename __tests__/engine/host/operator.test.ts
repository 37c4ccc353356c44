import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run, waitFor } from "../../../rehearsal/run";
import { temporaryFolder } from "../../support/temporary-folder";
import { OperatedSystem } from "./operated-system";

jest.setTimeout(120_000);

/** The first test on a machine builds the images. */
const START_MS = 900_000;

interface Service {
  readonly service: string;
  readonly state: string;
  readonly health: string;
  readonly healthy?: boolean;
  readonly message?: string;
  readonly body?: unknown;
}
interface Problem {
  readonly what: string;
  readonly expected: string;
  readonly mend: string;
}
interface Status {
  readonly well: boolean;
  readonly problems: readonly Problem[];
  readonly deploy: unknown;
  readonly services: readonly Service[];
  readonly schedules: readonly { readonly job: string }[];
  readonly alerts: readonly { readonly source: string }[];
}
interface Safety {
  readonly safe: boolean;
  readonly findings: readonly (Problem & { readonly severity: string; readonly check: string })[];
}

let system: OperatedSystem;
beforeAll(async () => {
  system = await OperatedSystem.start(temporaryFolder());
}, START_MS);
afterAll(() => system.remove());

const SERVICES = ["postgres", "redis", "user-service", "web", "nginx"];

/** Runs something while a service answers that it is sick. */
async function whileSick(service: string, test: () => Promise<void>): Promise<void> {
  await system.docker("exec", system.container(service), "touch", "/tmp/sick");
  try {
    await test();
  } finally {
    await system.docker("exec", "--user", "0", system.container(service), "rm", "-f", "/tmp/sick");
    await system.healthy(service);
  }
}

describe("emaintenance", () => {
  test("says what it can do, each word with its exit codes", async () => {
    const help = await system.emaintenance(["--help"]);
    const words = (await system.emaintenance(["--words"])).stdout.trim().split("\n");

    expect(help.code).toBe(0);
    const least = ["health", "logs", "maintenance", "restart", "safety-check", "status"];
    expect(words).toEqual(expect.arrayContaining(least));
    for (const word of words) {
      expect(help.stdout).toMatch(new RegExp(`^  ${word} +\\S`, "m"));
      const { code, stdout } = await system.emaintenance([word, "--help"]);
      expect(code).toBe(0);
      expect(stdout).toMatch(new RegExp(`^usage: emaintenance ${word}`));
      expect(stdout).toMatch(/exit codes: 0/);
    }
  });

  test.each([
    [["stat"], /"stat" is not a word of this command. Expected one of .*health.* logs /],
    [["../lib/common.sh"], /is not a word of this command/],
    [["status", "--jsn"], /status has no option --jsn.*emaintenance status --help/],
    [["health", "user"], /there is no service or tier "user". Expected one of all api data gateway nginx/],
    [["logs", "--since", "yesterday"], /logs --since got "yesterday". Expected a duration such as 10m/],
    [["logs", "--tail", "-1"], /logs --tail got "-1". Expected a number of lines/],
    [["restart"], /restart needs to know what. Expected a service, a tier or all/],
    [["restart", "--timeout", "0", "web"], /restart --timeout got "0"/],
  ])("refuses %j with a sentence", async (args, message) => {
    const { code, stderr, stdout } = await system.emaintenance(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(message);
  });

  test("says that it cannot find out anything without Docker", async () => {
    const { code, stderr } = await system.emaintenance(["status"], {
      env: { DOCKER_HOST: "unix:///nowhere.sock" },
    });
    expect(code).toBe(3);
    expect(stderr).toMatch(/cannot use Docker: .*Expected a running engine, and a login in the group docker/);
  });

  test("says which release runs, and names scripts that were changed by hand", async () => {
    const before = await system.emaintenance(["--version"]);
    expect(before.code).toBe(0);
    expect(before.stdout).toMatch(/^release 1\.4\.0\nscripts [0-9a-f]{12}\n$/);

    system.write("deploy/Server/scripts/logs.sh", "#!/bin/sh\n");
    const after = await system.emaintenance(["version"]);
    await system.install();

    expect(after.code).toBe(1);
    expect(after.stdout).toContain("changed by hand:\n");
    expect(after.stdout).toContain("scripts/logs.sh");
    expect((await system.emaintenance(["version"])).stdout).toBe(before.stdout);
  });

  test("is taken away without a rest, and comes back", async () => {
    const staging = join(system.root, "deploy/Server/.parts/operator-command");
    await run(["bash", join(staging, "remove.sh")]);

    expect(existsSync(staging)).toBe(false);
    expect(readdirSync(join(system.root, "deploy/Server"))).toEqual([".parts"]);
    await system.install();
    expect((await system.emaintenance(["--version"])).code).toBe(0);
  });
});

describe("emaintenance health", () => {
  test("asks every service, and ends with 0 when all are well", async () => {
    const { code, stdout } = await system.emaintenance(["health"]);

    expect(stdout).toMatch(/postgres +yes +\d+ ms +answers queries; \d+ of 100 connections, \d+ [kM]B/);
    expect(stdout).toMatch(/redis +yes +\d+ ms +says PONG; .* in use/);
    expect(stdout).toMatch(/user-service +yes +\d+ ms +\/health answers 200: database up, redis up/);
    expect(stdout).toMatch(/nginx +yes +\d+ ms +port \d+ answers; the web behind it answers 200/);
    expect(code).toBe(0);
  });

  test("asks those of a tier, or of one folder, alone", async () => {
    const tier = await system.json<{ services: Service[] }>("health", "data");
    expect(tier.services.map(({ service }) => service)).toEqual(["postgres", "redis"]);

    const folder = await run([join(system.root, "deploy/Server/infrastructure/health-check.sh"), "--json"]);
    expect(JSON.parse(folder.stdout)).toMatchObject({
      services: [{ service: "postgres" }, { service: "redis" }],
    });
  });

  test("finds out what Docker has not noticed yet, with what the service answered", () =>
    whileSick("user-service", async () => {
      const { code, stdout } = await system.emaintenance(["health", "user-service"]);

      expect(code).toBe(1);
      expect(stdout).toMatch(
        /user-service +no +\d+ ms +\/health answers 503: database down \(connect ECONNREFUSED\)/,
      );
      expect(stdout).toContain('user-service answered:\n{"status":"unavailable"');
      expect(stdout).toContain("emaintenance logs user-service --since 10m");
    }));

  test("does not wait for ever for one that hangs", async () => {
    const password = 'REDISCLI_AUTH="$REDIS_PASSWORD" redis-cli';
    await system.docker("exec", system.container("redis"), "sh", "-c", `${password} CLIENT PAUSE 15000 ALL`);
    const hanging = await system.json<{ services: Service[] }>("health", "redis");
    await system.healthy("redis");

    expect(hanging).toMatchObject({
      healthy: false,
      services: [{ message: "does not say PONG: no answer within 10 s" }],
    });
  });
});

describe("emaintenance status", () => {
  test("shows every service and the host, and ends with 0 when all is well", async () => {
    const { code, stdout } = await system.emaintenance(["status"]);

    expect(stdout).toMatch(/^SERVICE +TIER +RELEASE +STATE +HEALTH +RESTARTS +SINCE +CPU +MEMORY +PORTS\n/);
    expect(stdout).toMatch(
      /^postgres +data +1\.4\.0 +running +healthy +0 +(\d+m )?\d+s +[\d.]+ % +[\d.]+ MiB of [\d.]+ GiB +-$/m,
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

  test("shows scheduled jobs and open alerts, and counts those that failed or still stand", async () => {
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

describe("emaintenance logs", () => {
  test("prints one service's lines as they are", async () => {
    const { code, stdout } = await system.emaintenance(["logs", "migration", "--tail", "5"]);
    expect(code).toBe(2);
    expect(stdout).toBe("");
    const web = await system.emaintenance(["logs", "web", "--tail", "all"]);
    expect(web.stdout).toMatch(/^web listens$/m);
    expect(web.stdout).not.toContain("|");
  });

  test("prints those of several in the order of time, each behind its name and without colours", async () => {
    const { stdout, code } = await system.emaintenance([
      "logs",
      "web",
      "user-service",
      "--tail",
      "all",
      "--timestamps",
    ]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^\S+Z web +\| web listens$/m);
    expect(stdout).toMatch(/^\S+Z user-service \| user-service listens$/m);
    expect(stdout).not.toContain("\u001b");
    const times = stdout
      .trimEnd()
      .split("\n")
      .map((line) => line.slice(0, 30));
    expect(times).toEqual([...times].sort());
  });

  test("follows: what is logged now comes at once, until it is ended", async () => {
    const program = join(system.root, "deploy/Server/scripts/emaintenance.sh");
    const child = spawn(program, ["logs", "--follow", "--tail", "0", "api", "web"]);
    const ended = once(child, "close");
    let output = "";
    child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
    await waitFor("a followed line", 30, async () => {
      await system.docker("exec", system.container("web"), "curl", "-s", "http://127.0.0.1:3001/marked");
      return output.includes("web          | web answers /marked\n");
    });
    child.kill("SIGTERM");

    expect(await ended).toEqual([143, null]);
    // AND no docker logs stays behind
    const ids = await Promise.all(
      ["web", "user-service"].map((service) => system.inspect(service, "{{.Id}}")),
    );
    const { stdout } = await run(["ps", "-eo", "args"]);
    expect(
      stdout.split("\n").filter((line) => ids.some((id) => line.includes(id) && line.startsWith("docker"))),
    ).toEqual([]);
  });

  test("has colours on a terminal", async () => {
    const line = `${join(system.root, "deploy/Server/scripts/emaintenance.sh")} logs --tail 2 api web`;
    const { stdout } = await run(["script", "-qec", line, "/dev/null"], {
      env: { TERM: "xterm", NO_COLOR: undefined },
    });
    expect(stdout).toContain("\u001b[31muser-service |\u001b[0m ");
  });
});

describe("emaintenance restart", () => {
  const startedAt = (service: string) => system.inspect(service, "{{.State.StartedAt}}");

  test("restarts everything in the order in which it is needed, each after the one before is healthy", async () => {
    const { code, stdout, stderr } = await system.emaintenance(["restart", "all"]);

    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain(`restarting in this order: ${SERVICES.join(" ")}`);
    const said = Array.from(
      stdout.matchAll(/-([a-z-]+): (restarting|healthy)/g),
      ([, service, what]) => `${service} ${what}`,
    );
    expect(said).toEqual(SERVICES.flatMap((service) => [`${service} restarting`, `${service} healthy`]));
    const times = await Promise.all(SERVICES.map(startedAt));
    expect(times).toEqual([...times].sort());
  });

  test("restarts one, and then asks those that need it", async () => {
    const before = await startedAt("web");
    const { code, stdout } = await system.emaintenance(["restart", "postgres"]);

    expect(code).toBe(0);
    expect(stdout).toContain("asking what needs them: user-service web nginx");
    expect(stdout).toContain("well: user-service web nginx");
    expect(await startedAt("web")).toBe(before);
  });

  test("restarts those that need it as well, when told so", async () => {
    const before = await startedAt("redis");
    const { stdout } = await system.emaintenance(["restart", "--with-dependants", "user-service"]);

    expect(stdout).toContain("restarting in this order: user-service web nginx");
    expect(await startedAt("redis")).toBe(before);
  });

  test("starts what stands still", async () => {
    await system.docker("stop", "--time", "1", system.container("web"));
    const { code } = await system.emaintenance(["restart", "web"]);
    expect(code).toBe(0);
    expect(await system.inspect("web", "{{.State.Status}}")).toBe("running");
  });

  test("stops at the first that does not get healthy, shows why, and leaves the rest alone", () =>
    whileSick("user-service", async () => {
      const before = await startedAt("web");
      const { code, stderr } = await system.emaintenance(["restart", "--timeout", "15", "api", "web"]);

      expect(code).toBe(1);
      expect(stderr).toMatch(
        /-user-service is running, and not healthy after \d+ s. Expected healthy within 15 s/,
      );
      expect(stderr).toMatch(/last health check of .*503/);
      expect(stderr).toContain("  user-service listens");
      expect(stderr).toContain("left alone: web");
      expect(await startedAt("web")).toBe(before);
    }));

  test("keeps out of a deploy, and of another restart", async () => {
    const { deployLock } = system.description;
    writeFileSync(deployLock, JSON.stringify({ owner: "anna@desk", started: new Date().toISOString() }));
    const refused = await system.emaintenance(["restart", "web"]);
    const status = await system.json<Status>("status", "--quick");
    writeFileSync(
      deployLock,
      JSON.stringify({ owner: "anna", started: new Date(Date.now() - 3_700_000).toISOString() }),
    );
    const [stale, second] = await Promise.all([
      system.emaintenance(["restart", "web"]),
      waitFor("the first one to begin", 5, () => Promise.resolve(true)).then(async () => {
        await new Promise((resolve) => setTimeout(resolve, 700));
        return system.emaintenance(["restart", "web"]);
      }),
    ]);
    writeFileSync(deployLock, "");

    expect(refused.code).toBe(4);
    expect(refused.stderr).toMatch(/a deploy by anna@desk is under way since .* or use --force/);
    expect(status.deploy).toMatchObject({ owner: "anna@desk" });
    expect(stale.code).toBe(0);
    expect(second).toMatchObject({
      code: 4,
      stderr: expect.stringContaining("another restart is under way") as string,
    });
  });
});

describe("emaintenance safety-check", () => {
  const found = (safety: Safety, check: string) =>
    safety.findings.filter((finding) => finding.check === check);

  test("finds nothing but what is worth knowing where all is in order", async () => {
    const { code, stdout } = await system.emaintenance(["safety-check"]);
    expect(stdout).not.toMatch(/^error/m);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^notice +backups +there is no backup/m);
    expect(stdout).toMatch(/^notice +containers +the finished job/m);
  });

  test("finds anonymous volumes with data: of ours, and of nobody; empty ones do not matter", async () => {
    const full = (await system.docker("volume", "create")).stdout.trim();
    const empty = (await system.docker("volume", "create")).stdout.trim();
    const mountpoint = (
      await system.docker("volume", "inspect", "--format", "{{.Mountpoint}}", full)
    ).stdout.trim();
    writeFileSync(join(mountpoint, "orders"), "precious");
    const orphan = found(await system.json<Safety>("safety-check"), "volumes");
    await system.docker(
      ...[
        "run",
        "--detach",
        "--name",
        system.container("stray"),
        "--label",
        `${system.prefix}.service=stray`,
      ],
      ...[
        "--volume",
        `${full}:/data`,
        "--entrypoint",
        "sleep",
        await system.inspect("web", "{{.Image}}"),
        "60",
      ],
    );
    const owned = await system.json<Safety>("safety-check");
    await system.docker("rm", "--force", system.container("stray"));
    await system.docker("volume", "rm", full, empty);

    const warnings = orphan.filter(({ what }) => what.includes(full.slice(0, 12)));
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatchObject({ severity: "warning" });
    expect(warnings[0]?.mend).toContain(`docker volume rm ${full}`);
    expect(orphan.filter(({ what }) => what.includes(empty.slice(0, 12)))).toEqual([]);
    expect(found(owned, "volumes")).toContainEqual(
      expect.objectContaining({
        severity: "error",
        what: expect.stringMatching(/the data of .*-stray is in an anonymous volume/) as string,
      }),
    );
    expect(owned.safe).toBe(false);
  });

  test("finds what a prune would take: a stopped container, and the volume of one that is gone", async () => {
    await system.docker("stop", system.container("postgres"));
    const stopped = found(await system.json<Safety>("safety-check"), "containers");
    await system.docker("rm", system.container("postgres"));
    const gone = await system.emaintenance(["safety-check"]);
    await system.startService("postgres");
    await system.healthy("postgres");

    expect(stopped[0]).toMatchObject({ severity: "error", mend: "emaintenance restart postgres" });
    expect(gone.stdout).toMatch(
      /^error +volumes +no container uses the volume .*-data: docker volume prune --all would delete its data\n +expected a container that uses it; do not prune; deploy again$/m,
    );
    expect(gone.code).toBe(1);
  });

  test("finds a stranger on a port of ours", async () => {
    const port = system.description.services.at(-1)?.publish[0]?.port ?? 0;
    const stranger = system.container("stranger");
    await system.docker(
      ...["run", "--detach", "--name", stranger, "--publish", `127.0.0.2:${port}:80`],
      ...["--entrypoint", "sleep", await system.inspect("web", "{{.Image}}"), "60"],
    );
    const running = found(await system.json<Safety>("safety-check"), "ports");
    await system.docker("kill", stranger);
    const stopped = found(await system.json<Safety>("safety-check"), "ports");
    await system.docker("rm", "--force", stranger);

    expect(running).toEqual([
      expect.objectContaining({
        severity: "error",
        mend: expect.stringContaining(`docker stop ${stranger}`) as string,
      }),
    ]);
    expect(stopped).toEqual([expect.objectContaining({ severity: "warning" })]);
  });

  test("finds folders with another owner or mode, or none, a full disk, and backups that stopped coming", async () => {
    const uploads = join(system.root, "data", "uploads");
    system.write("data/uploads/.keep", "");
    system.write("backups/db_20260101.dump", "x");
    const old = new Date(Date.now() - 30 * 3_600_000);
    utimesSync(join(system.root, "backups", "db_20260101.dump"), old, old);
    await system.install({
      folders: [
        { path: uploads, owner: 1001, mode: "0750" },
        { path: join(system.root, "backups"), owner: 0, mode: "0700" },
        { path: join(system.root, "nowhere"), owner: 1001, mode: "0750" },
      ],
      diskPercent: { warning: 0, error: 101 },
    });
    const safety = await system.json<Safety>("safety-check");
    const strict = await system.emaintenance(["safety-check", "--strict", "--json"]);
    await system.install();

    expect(found(safety, "folders")).toEqual([
      expect.objectContaining({
        severity: "error",
        what: `${uploads} belongs to the user id 0`,
        mend: `sudo chown 1001:1001 ${uploads}`,
      }),
      expect.objectContaining({ severity: "error", what: `${join(system.root, "nowhere")} is missing` }),
      expect.objectContaining({ severity: "warning", what: `${join(system.root, "backups")} has mode 0755` }),
    ]);
    expect(found(safety, "disks")[0]).toMatchObject({
      severity: "warning",
      what: expect.stringMatching(/^the disk of \/ is \d+ % full$/) as string,
    });
    expect(found(safety, "backups")).toEqual([
      expect.objectContaining({ severity: "error", what: expect.stringContaining("30 hours old") as string }),
    ]);
    expect(strict.code).toBe(1);
  });
});
