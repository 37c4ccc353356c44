import { chownSync, utimesSync } from "node:fs";
import { JobHost } from "../../support/job-host";

jest.setTimeout(60_000);

/** A container, as the engine of these tests describes it. */
interface FakeContainer {
  readonly service: string;
  /** @default the name that the deployment gives it */
  readonly name?: string;
  /** @default "<service>-1" */
  readonly id?: string;
  /** @default "running" */
  readonly state?: string;
  readonly health: "healthy" | "unhealthy" | "starting";
  /** @default an hour ago */
  readonly startedSecondsAgo?: number;
}

const DEPENDENCIES =
  "postgres: redis: user-service:postgres,redis work-order-service:postgres,redis,user-service " +
  "web:user-service,work-order-service nginx:";

/** A host whose engine tells of containers what a test wants, and notes which were restarted. */
class WatchedHost extends JobHost {
  constructor() {
    super();
    this.install("watchdog/run.sh", "jobs/watchdog/run.sh");
    this.install("shared/untrusted.sh", "jobs/watchdog/untrusted.sh");
    this.program(
      "docker",
      `case "$1 $*" in
         ps*health=unhealthy) grep -w unhealthy '${this.path("table")}' || true ;;
         ps*) cat '${this.path("ids")}' ;;
         inspect*Health*range*) printf '%s\\0' 'first answer' '503 {"status":"unhealthy"}' ;;
         inspect*) cat '${this.path("table")}' ;;
         restart*) echo "$2" >> '${this.path("restarted")}' ;;
       esac`,
    );
  }

  /** Checks these containers once. @returns what was said */
  async check(containers: readonly FakeContainer[], env: Record<string, string> = {}): Promise<string> {
    const rows = containers.map((one) =>
      [
        one.service,
        `/${one.name ?? `emaintenance-${one.service}`}`,
        one.id ?? `${one.service}-1`,
        one.state ?? "running",
        one.health,
        new Date(Date.now() - (one.startedSecondsAgo ?? 3600) * 1000).toISOString(),
      ].join("\t"),
    );
    this.write("table", `${rows.join("\n")}\n`);
    this.write("ids", containers.map(({ service }) => `${service}-1\n`).join(""));
    const { code, stdout, stderr } = await this.run("jobs/watchdog/run.sh", [], {
      DEPENDENCIES,
      RESTARTS_AN_HOUR: "3",
      SETTLE_SECONDS: "45",
      LABEL: "emaintenance.service",
      CONTAINER_PREFIX: "emaintenance-",
      DEPLOY_LOCK: this.path("deploy-lock"),
      DEPLOY_MINUTES: "60",
      MEMORY: this.path("memory"),
      ...env,
    });
    expect([code, stderr]).toEqual([0, ""]);
    return stdout;
  }

  get restarted(): string[] {
    return this.lines("restarted");
  }
}

const healthy = (...services: string[]): FakeContainer[] =>
  services.map((service) => ({ service, health: "healthy" }));
const unhealthy = (...services: string[]): FakeContainer[] =>
  services.map((service) => ({ service, health: "unhealthy" }));

describe("the watchdog", () => {
  test("does nothing if all is well, or still starting", async () => {
    const host = new WatchedHost();
    const said = await host.check([...healthy("postgres", "redis"), { service: "web", health: "starting" }]);
    expect([said, host.restarted, host.alerts]).toEqual(["", [], []]);
  });

  test("does nothing if there is no container at all", async () => {
    expect(await new WatchedHost().check([])).toBe("");
  });

  test("restarts an unhealthy container, and says in an alert what its health check said", async () => {
    const host = new WatchedHost();
    const said = await host.check([...healthy("postgres", "redis"), ...unhealthy("user-service")]);
    expect(said).toBe("restarted: emaintenance-user-service\n");
    expect(host.restarted).toEqual(["user-service-1"]);
    expect(host.alerts).toEqual([
      expect.objectContaining({
        severity: "warning",
        source: "watchdog/user-service",
        message:
          'emaintenance-user-service is unhealthy and is restarted; its health check says: 503 {"status":"unhealthy"}',
      }),
    ]);
  });

  test("looks after each of several replicas, and not after what a release has made or retired", async () => {
    const host = new WatchedHost();
    const others = healthy("postgres", "redis");
    const replica = (name: string): FakeContainer => ({
      service: "user-service",
      name: `emaintenance-user-service${name}`,
      id: `user-service${name}`,
      health: "unhealthy",
    });
    const said = await host.check([
      ...others,
      ...healthy("user-service"),
      replica("-2"),
      replica("-20261124181500123"),
    ]);
    expect(said).toBe("restarted: emaintenance-user-service-2\n");
    expect(host.restarted).toEqual(["user-service-2"]);
    expect(host.alerts).toEqual([expect.objectContaining({ source: "watchdog/user-service-2" })]);

    await host.check([...others, ...healthy("user-service")]);
    expect(host.alerts.at(-1)).toMatchObject({ message: "emaintenance-user-service-2 is gone" });
  });

  test("says so, once, when it is well again, or gone", async () => {
    const host = new WatchedHost();
    const others = healthy("postgres", "redis");
    await host.check([...others, ...unhealthy("user-service", "nginx")]);
    await host.check([...others, { service: "user-service", health: "starting" }]);
    await host.check([...others, ...healthy("user-service")]);
    await host.check([...others, ...healthy("user-service")]);
    expect(host.alerts.map(({ severity, source, message }) => `${severity} ${source}: ${message}`)).toEqual([
      expect.stringContaining("warning watchdog/user-service: emaintenance-user-service is unhealthy"),
      expect.stringContaining("warning watchdog/nginx: emaintenance-nginx is unhealthy"),
      "info watchdog/nginx: emaintenance-nginx is gone",
      "info watchdog/user-service: emaintenance-user-service is healthy again",
    ]);
  });

  test("restarts in start order, and not what only waits for something else", async () => {
    const host = new WatchedHost();
    const said = await host.check([
      ...unhealthy("web", "work-order-service", "user-service", "postgres", "nginx"),
      ...healthy("redis"),
    ]);
    expect(host.restarted).toEqual(["postgres-1", "nginx-1"]);
    expect(said).toBe(
      "restarted: emaintenance-postgres,emaintenance-nginx; " +
        "waiting: emaintenance-user-service (for postgres),emaintenance-work-order-service (for postgres)," +
        "emaintenance-web (for user-service)\n",
    );
  });

  test("gives a service the time to find out that what it needs is back", async () => {
    const host = new WatchedHost();
    const back: FakeContainer = { service: "postgres", health: "healthy", startedSecondsAgo: 20 };
    expect(await host.check([back, ...healthy("redis"), ...unhealthy("user-service")])).toBe(
      "waiting: emaintenance-user-service (for postgres)\n",
    );
    const longBack = { ...back, startedSecondsAgo: 60 };
    expect(await host.check([longBack, ...healthy("redis"), ...unhealthy("user-service")])).toBe(
      "restarted: emaintenance-user-service\n",
    );
  });

  test("does not restart what needs a container that is stopped or missing", async () => {
    const host = new WatchedHost();
    const stopped: FakeContainer = { service: "postgres", state: "exited", health: "unhealthy" };
    expect(await host.check([stopped, ...healthy("redis"), ...unhealthy("user-service")])).toContain(
      "(for postgres)",
    );
    expect(await host.check([...healthy("redis"), ...unhealthy("user-service")])).toContain("(for postgres)");
    expect(host.restarted).toEqual([]);
  });

  test("leaves one that does not get well alone after three times, with one alert, whatever happens meanwhile", async () => {
    const host = new WatchedHost();
    for (let run = 0; run < 6; run += 1) await host.check(unhealthy("nginx"));
    expect(host.restarted).toHaveLength(3);
    expect(await host.check(unhealthy("nginx"))).toBe("left alone: emaintenance-nginx\n");
    expect(host.alerts.filter(({ severity }) => severity === "critical")).toEqual([
      expect.objectContaining({
        message: expect.stringMatching(
          /^emaintenance-nginx was restarted 3 times within an hour and is unhealthy again: it is left alone\..*docker logs emaintenance-nginx$/,
        ) as string,
      }),
    ]);
  });

  test("watches it again once it is well, or another container is in its place", async () => {
    const host = new WatchedHost();
    for (let run = 0; run < 4; run += 1) await host.check(unhealthy("nginx"));
    await host.check(healthy("nginx"));
    expect(host.alerts.at(-1)).toMatchObject({
      severity: "info",
      message: "emaintenance-nginx is healthy again, and is watched again",
    });
    // Still three times an hour at most.
    await host.check(unhealthy("nginx"));
    expect(host.restarted).toHaveLength(3);

    await host.check([{ service: "nginx", id: "nginx-2", health: "unhealthy" }]);
    expect(host.restarted.slice(3)).toEqual(["nginx-2"]);
  });

  test("counts the restarts of the last hour only", async () => {
    const host = new WatchedHost();
    const now = Math.floor(Date.now() / 1000);
    host.write("memory/nginx.restarts", [now - 4000, now - 3700, now - 3601].join("\n") + "\n");
    await host.check(unhealthy("nginx"));
    expect(host.restarted).toEqual(["nginx-1"]);
    expect(host.lines("memory/nginx.restarts")).toHaveLength(1);
  });

  test("keeps out of a deploy, but not of one that ended badly long ago", async () => {
    const host = new WatchedHost();
    host.write("deploy-lock", "{}");
    expect(await host.check(unhealthy("nginx"))).toBe("");
    expect(host.restarted).toEqual([]);

    const longAgo = Date.now() / 1000 - 61 * 60;
    utimesSync(host.path("deploy-lock"), longAgo, longAgo);
    await host.check(unhealthy("nginx"));
    expect(host.restarted).toEqual(["nginx-1"]);
  });

  test("watches a team's own services too, and leaves containers alone that a release has retired", async () => {
    const host = new WatchedHost();
    const retired: FakeContainer = {
      service: "web",
      name: "emaintenance-web-0123456789ab",
      health: "unhealthy",
    };
    expect(await host.check([retired, ...unhealthy("mail-service")])).toBe(
      "restarted: emaintenance-mail-service\n",
    );
  });

  test("takes a label and the words of a health check for data", async () => {
    const host = new WatchedHost();
    // One part of the name of a file, and one of a pattern.
    const labels = ["../../escaped", "a[$(id>executed)]", ".*", "two words", "-rf"];
    expect(await host.check(labels.map((service) => ({ service, health: "unhealthy" as const })))).toBe("");
    expect(host.restarted).toEqual([]);

    host.program(
      "docker",
      `case "$1 $*" in
         ps*health=unhealthy) echo 0 ;;
         ps*) cat '${host.path("ids")}' ;;
         inspect*Health*range*) printf '%b\\0' '\\033]0;title\\007down \\302\\233 $(id>executed)' ;;
         inspect*) cat '${host.path("table")}' ;;
       esac`,
    );
    await host.check([{ service: "mail-service", health: "unhealthy" }]);
    expect(host.alerts.at(-1)?.message).toMatch(
      /its health check says: \?\]0;title\?down \? \$\(id>executed\)$/,
    );
  });

  test("respects the lock of a deploy of an earlier version, but not one that any user laid in /run/lock", async () => {
    const host = new WatchedHost();
    const former = { FORMER_DEPLOY_LOCK: host.path("former-lock") };
    const web = [...healthy("postgres", "redis"), ...unhealthy("user-service")];
    host.write("former-lock", "{}");
    expect(await host.check(web, former)).toBe("");
    chownSync(host.path("former-lock"), 1001, 1001);
    expect(await host.check(web, former)).toContain("restarted: emaintenance-user-service");
  });

  test("fails, so that there is a record, when the engine does not answer", async () => {
    const host = new WatchedHost().program(
      "docker",
      "echo 'Cannot connect to the Docker daemon' >&2; exit 1",
    );
    const { code, stderr } = await host.run("jobs/watchdog/run.sh", [], {
      DEPENDENCIES,
      RESTARTS_AN_HOUR: "3",
      SETTLE_SECONDS: "45",
      LABEL: "emaintenance.service",
      CONTAINER_PREFIX: "emaintenance-",
      DEPLOY_LOCK: host.path("deploy-lock"),
      DEPLOY_MINUTES: "60",
      MEMORY: host.path("memory"),
    });
    expect([code, stderr]).toEqual([1, "Cannot connect to the Docker daemon\n"]);
  });
});
