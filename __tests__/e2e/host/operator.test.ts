import { template } from "../../../constructs/templates";
import type { RunResult } from "../../../lib/run";
import { inspectOnHost, onHost } from "../support/rehearsal";

jest.setTimeout(240_000);

const SERVER = "/opt/emaintenance/deploy/Server";
const SERVICES = ["postgres", "redis", "user-service", "work-order-service", "asset-service", "web", "nginx"];

/** The command as the login that deploys; its exit code is the test's to judge. */
const emaintenance = (args: string): Promise<RunResult> =>
  onHost(`emaintenance ${args}`, { allowFailure: true });

interface Report {
  readonly healthy?: boolean;
  readonly well?: boolean;
  readonly problems?: readonly { readonly what: string; readonly remedy: string }[];
  readonly services: readonly {
    readonly service: string;
    readonly healthy?: boolean;
    readonly state?: string;
  }[];
}

async function json<T>(args: string): Promise<T> {
  const { stdout } = await emaintenance(`${args} --json`);
  return JSON.parse(stdout) as T;
}

async function startedAt(services: readonly string[]): Promise<string[]> {
  const names = services.map((service) => `emaintenance-${service}`);
  const found = await inspectOnHost<{ State: { StartedAt: string } }>(...names);
  return found.map(({ State }) => State.StartedAt);
}

describe("the operator's command on a deployed host", () => {
  // Other tests on this host have provoked alerts, and an open one is a problem that `status` reports.
  beforeAll(() => onHost("sudo rm -f /opt/emaintenance/status/alerts.jsonl"));

  test("asks every service for real, and all are well", async () => {
    const { code, stdout } = await emaintenance("health");
    expect(stdout).toMatch(/^postgres +yes .*answers queries/m);
    expect(stdout).toMatch(/^redis +yes .*says PONG/m);
    expect(stdout).toMatch(/^work-order-service +yes .*200: database up, redis up, user-service up$/m);
    expect(stdout).toMatch(/^nginx +yes .*port 3030 answers; the web behind it answers 200$/m);
    expect(code).toBe(0);
  });

  test("shows the state of everything: Docker's limits, ports and releases, and the host", async () => {
    const { stdout } = await emaintenance("status");
    for (const service of SERVICES) {
      expect(stdout).toMatch(new RegExp(`^${service} +\\w+ +\\S+ +running +healthy `, "m"));
    }
    expect(stdout).toMatch(/^postgres .* of 512 MiB +-$/m);
    expect(stdout).toMatch(/^user-service .* of 512 MiB +-$/m);
    expect(stdout).toMatch(/^nginx .* 0\.0\.0\.0:3030 .*127\.0\.0\.1:3001 .*\[::\]:3030$/m);
    expect(stdout).toMatch(/^migration +job .* done /m);
    expect(stdout).toMatch(/^disk +\/var\/lib\/docker: .* free/m);
  });

  test.each(["status", "health", "safety-check", "version"])("prints %s as JSON", async (word) => {
    expect(Object.keys(await json<object>(word)).length).toBeGreaterThan(1);
  });

  test("does the same with sudo", async () => {
    const { stdout } = await onHost("sudo emaintenance health data --json");
    expect(JSON.parse(stdout)).toMatchObject({ healthy: true });
  });

  test("says what it cannot do to a login that may not use Docker", async () => {
    const { code, stderr } = await onHost("sudo -u nobody emaintenance status", { allowFailure: true });
    expect(code).toBe(3);
    expect(stderr).toMatch(
      /nobody cannot use Docker: .*permission denied.*a login in the group docker. Try: sudo emaintenance/,
    );
  });

  test("has the deployment document's scripts behind it", async () => {
    for (const part of [
      "infrastructure",
      "user-service",
      "work-order-service",
      "asset-service",
      "web-service",
      "nginx",
    ]) {
      expect((await onHost(`${SERVER}/${part}/health-check.sh`)).stdout).toContain(" yes ");
    }
    const { stdout } = await onHost(
      `${SERVER}/scripts/system-status.sh --quick --json; ${SERVER}/scripts/docker-safety-check.sh`,
    );
    expect(stdout).toContain('"problems"');
    expect(stdout).toMatch(/^SEVERITY +CHECK +FINDING$/m);
  });

  test("completes words, options and services in a login shell", async () => {
    const complete = (line: string) => {
      const words = line.split(" ");
      return onHost("bash -li", {
        input: `complete -p emaintenance
          COMP_WORDS=(${words.map((word) => `'${word}'`).join(" ")}) COMP_CWORD=${words.length - 1}
          _emaintenance && printf '<%s>\\n' "\${COMPREPLY[@]}"\n`,
      });
    };
    expect((await complete("emaintenance re")).stdout).toContain("complete -F _emaintenance emaintenance");
    expect((await complete("emaintenance re")).stdout).toContain("<restart>");
    expect((await complete("emaintenance restart --with")).stdout).toContain("<--with-dependants>");
    expect((await complete("emaintenance logs work")).stdout).toContain("<work-order-service>");
  });

  test("prints logs: of one plainly, of several behind their names and in the order of time", async () => {
    const one = await emaintenance("logs user-service --tail 3");
    expect(one.stdout).toMatch(/^\{.*"level":"/m);
    const all = await emaintenance("logs --tail 2 --timestamps");
    const times = all.stdout
      .trimEnd()
      .split("\n")
      .map((line) => line.slice(0, 30));
    expect(times).toEqual([...times].sort());
    for (const service of ["postgres", "web", "user-service"]) {
      expect(all.stdout).toMatch(new RegExp(`^\\S+Z ${service} +\\| `, "m"));
    }
  });

  test("finds a stopped service and prints the remedy, which fixes it", async () => {
    await onHost("docker stop emaintenance-asset-service");
    const { code, stdout } = await emaintenance("status --quick");
    const health = await json<Report>("health");
    const restart = await emaintenance("restart asset-service");

    expect(code).toBe(1);
    expect(stdout).toMatch(
      /emaintenance-asset-service is exited.*\n +expected a running container; .*emaintenance restart asset-service$/m,
    );
    expect(health.services.find(({ healthy }) => healthy === false)).toMatchObject({
      service: "asset-service",
    });
    expect(restart).toMatchObject({ code: 0 });
    expect((await emaintenance("status --quick")).code).toBe(0);
  });

  test("sees at once that what a service needs is away, and brings it back", async () => {
    await onHost("docker stop emaintenance-redis");
    const { code, stdout } = await emaintenance("health api");
    const restart = await emaintenance("restart redis");

    expect(code).toBe(1);
    expect(stdout).toMatch(/^user-service +no .*\/health answers 503: database up, redis down/m);
    expect(stdout).toContain('user-service answered:\n{"status":"unavailable"');
    expect(restart).toMatchObject({ code: 0, stderr: "" });
    expect(restart.stdout).toContain("well: user-service work-order-service asset-service web nginx");
  });

  test("restarts a tier in order, each after the one before is healthy, and nothing else", async () => {
    const before = await startedAt(["user-service", "nginx"]);
    const { code, stdout } = await emaintenance("restart data");

    expect(code).toBe(0);
    const said = Array.from(stdout.matchAll(/emaintenance-(\w+): (restarting|healthy)/g), ([, ...words]) =>
      words.join(" "),
    );
    expect(said).toEqual(["postgres restarting", "postgres healthy", "redis restarting", "redis healthy"]);
    expect(await startedAt(["user-service", "nginx"])).toEqual(before);
  });

  test("finds a stranger that wants one of the system's ports, and data folders that others may look into", async () => {
    await onHost(
      "docker create --name stray --publish 3000:80 $(docker inspect --format '{{.Image}}' emaintenance-web) && sudo chmod 0777 /opt/emaintenance/data/work-order-uploads",
    );
    const { stdout } = await emaintenance("safety-check --strict");
    await onHost("docker rm stray && sudo chmod 0750 /opt/emaintenance/data/work-order-uploads");

    expect(stdout).toMatch(
      /^warning +ports +the container stray, which is not this system's and is created, will want port 3000 of web$/m,
    );
    expect(stdout).toMatch(
      /^warning +folders +\/opt\/emaintenance\/data\/work-order-uploads has mode 0777$/m,
    );
    expect((await emaintenance("safety-check")).code).toBe(0);
  });

  test("is taken away without a rest, with everything else as it was, and comes back", async () => {
    const staging = `${SERVER}/.parts/operator-command`;
    const listing = `sudo find / -xdev -name '*emaintenance*' -path '*bin*' -o -xdev -path '*completion*emaintenance*' | sort; ls ${SERVER}; ls ${SERVER}/scripts`;
    const before = (await onHost(listing)).stdout;
    await onHost(`cp -a ${staging} kept && bash ${staging}/remove.sh`);
    const without = (await onHost(listing)).stdout;
    const files = await onHost(
      `find ${SERVER} -name 'health*' -o -name system.json -o -name operator-command`,
    );
    await onHost(`mv kept ${staging} && STAGING=${staging} bash -s`, {
      input: template("operator/install.sh"),
    });

    expect(before).toContain("/usr/local/bin/emaintenance");
    expect(without).not.toContain("/usr/local/bin/emaintenance");
    expect(without).not.toMatch(/completion/);
    expect(without).toMatch(/^infrastructure$/m);
    expect(files.stdout).toBe("");
    expect((await onHost(listing)).stdout).toBe(before);
    expect((await emaintenance("--version")).code).toBe(0);
  });
});
