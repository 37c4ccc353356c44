import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { dirname, join } from "node:path";
import { describeBackup } from "../../../constructs/backup/backup-rules";
import { HostLayout } from "../../../constructs/ssh/host-layout";
import { operatorFiles } from "../../../constructs/operator/operator-files";
import type { ServiceDescription, SystemDescription } from "../../../constructs/operator/system-description";
import { template } from "../../../constructs/templates";
import { ensureBaseImages } from "../../../lib/images/images";
import { run, type RunOptions, type RunResult, waitFor } from "../../../lib/run";
import { databaseStart, formerDatabaseStart, OWNER, SUPERUSER } from "../../support/database-start";
import { removeContainers } from "../../support/remove-containers";

/** Answers /health with 200, and with 503 as soon as there is a file /tmp/sick; says its name and every request. */
const SERVER = `
const { existsSync } = require("node:fs");
const { PORT, NAME } = process.env;
process.on("SIGTERM", () => process.exit(0));
require("node:http").createServer((request, response) => {
  console.log(NAME + " answers " + request.url);
  const sick = existsSync("/tmp/sick");
  response.statusCode = sick ? 503 : 200;
  const database = sick ? { status: "down", error: "connect ECONNREFUSED" } : { status: "up" };
  response.end(JSON.stringify({ status: sick ? "unavailable" : "ok", checks: { database, redis: { status: "up" } } }));
}).listen(Number(PORT));
console.log(NAME + " listens");
`;

/** A free port. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

const PASSWORD = "only:for'a test";

/** What a test wants to be different; each gets the prefix of all names, and the root of the system. */
export interface OperatedSystemChanges {
  /** Where the database has its files, as options of docker run. @default a volume */
  readonly databaseOptions?: (prefix: string, root: string) => readonly string[];
  /** The server and its settings. @default the image's */
  readonly databaseCommand?: readonly string[];
  /** Its services are the superuser of the database, as in former versions, until `moveRoles`. @default they are its owner */
  readonly formerRoles?: boolean;
  readonly description?: (prefix: string, root: string) => Partial<SystemDescription>;
  /** Services that it has. With all of them comes the migration, and a release that is written down. @default all */
  readonly services?: readonly string[];
  /** First word of all names. @default "operator-test" */
  readonly kind?: string;
}

/**
 * The operator's command, installed in a folder of this machine, and containers for it to operate: a real PostgreSQL and
 * Redis, and small HTTP servers for the rest. Names and labels are no other test's.
 */
export class OperatedSystem {
  static async start(folder: string, changes: OperatedSystemChanges = {}): Promise<OperatedSystem> {
    const system = await OperatedSystem.withoutContainers(folder, changes);
    try {
      await system.startContainers();
      await system.install();
      if (!changes.services) await system.writeRelease("1.4.0");
    } catch (error) {
      await system.remove();
      throw error;
    }
    return system;
  }

  /** The command's folder alone; nothing is installed yet. */
  static async withoutContainers(
    folder: string,
    changes: OperatedSystemChanges = {},
  ): Promise<OperatedSystem> {
    const { kind = "operator-test" } = changes;
    return new OperatedSystem(folder, `${kind}-${randomBytes(4).toString("hex")}`, await freePort(), changes);
  }

  readonly layout: HostLayout;

  private constructor(
    private readonly folder: string,
    readonly prefix: string,
    private readonly gatewayPort: number,
    private changes: OperatedSystemChanges,
  ) {
    this.layout = new HostLayout(join(folder, "emaintenance"));
  }

  get root(): string {
    return this.layout.root;
  }

  get description(): SystemDescription {
    const service = (name: string, tier: ServiceDescription["tier"], needs: string[]) => ({
      service: name,
      tier,
      container: this.container(name),
      replicas: 1,
      needs,
      publish: [],
      healthyWithinSeconds: 30,
      stopWithinSeconds: 10,
    });
    const http = { kind: "http", port: 3001, path: "/health" } as const;
    const gateway = { kind: "gateway", address: "127.0.0.1", port: this.gatewayPort } as const;
    return {
      project: this.prefix,
      labels: {
        tier: `${this.prefix}.tier`,
        service: `${this.prefix}.service`,
      },
      services: this.having([
        { ...service("postgres", "data", []), probe: { kind: "postgres" } },
        { ...service("redis", "data", []), probe: { kind: "redis", port: 6379 } },
        { ...service("user-service", "api", ["postgres", "redis"]), probe: http },
        { ...service("web", "web", ["user-service"]), probe: http },
        {
          ...service("nginx", "gateway", ["web"]),
          probe: gateway,
          publish: [{ port: this.gatewayPort, addresses: ["127.0.0.1"] }],
        },
      ]),
      jobs: this.having([{ service: "migration", container: this.container("migration") }]),
      volumes: [{ name: `${this.prefix}-data` }],
      folders: [],
      root: this.root,
      gatewayFolder: this.layout.deploy("nginx"),
      verifyFolder: this.layout.deploy("verify"),
      releases: this.layout.releases,
      backups: join(this.root, "backups"),
      status: join(this.root, "status"),
      deployLockMinutes: 60,
      lockFolder: join(this.folder, "locks"),
      deployLock: join(this.folder, "deploy.lock"),
      formerDeployLock: join(this.folder, "former-deploy.lock"),
      // The machine that runs the tests may be as full as it likes.
      diskPercent: { warning: 101, error: 101 },
      newestBackupHours: 26,
      backup: describeBackup({ leastFreeMiB: 1 }, false),
      ...this.changes.description?.(this.prefix, this.root),
    };
  }

  /** Those that this system has. */
  private having<T extends { readonly service: string }>(all: readonly T[]): T[] {
    const { services } = this.changes;
    return all.filter(({ service }) => services?.includes(service) ?? true);
  }

  /** What runs jobs, as the job runner's part of a deployment lays it down, and the folders that jobs write to. */
  installJobRunner(): void {
    const scripts = join(this.root, "deploy/Server/scripts");
    writeFileSync(join(scripts, "lib/records.sh"), template("jobs/records.sh"));
    writeFileSync(join(scripts, "run-job"), template("jobs/run-job"), { mode: 0o755 });
    for (const name of ["logs/schedules", "data/work-order-uploads", "data/asset-uploads"]) {
      mkdirSync(join(this.root, name), { recursive: true });
    }
  }

  /** Replaces the database's container by one that moves its roles, as a deploy does. */
  async moveRoles(): Promise<void> {
    this.changes = { ...this.changes, formerRoles: false };
    await this.docker("stop", "--time", "60", this.container("postgres"));
    await this.docker("rm", this.container("postgres"));
    await this.startService("postgres");
    await this.healthy("postgres");
  }

  /** Asks the database, as the superuser. Ends at the first error. */
  async sql(text: string, database = "emaintenance"): Promise<string> {
    const { stdout } = await run(
      [
        ...["docker", "exec", "-i", this.container("postgres")],
        ...["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", database],
        ...["-U", this.changes.formerRoles ? OWNER : SUPERUSER],
      ],
      { input: text },
    );
    return stdout.trim();
  }

  container(service: string): string {
    return `${this.prefix}-${service}`;
  }

  /** Lays the files down as the deploy does, with changes to the description. */
  async install(changes: Partial<SystemDescription> = {}): Promise<void> {
    const staging = this.layout.staging("operator-command");
    const files = operatorFiles(this.layout, { ...this.description, ...changes });
    mkdirSync(staging, { recursive: true });
    mkdirSync(this.description.status, { recursive: true });
    mkdirSync(this.description.backups, { recursive: true });
    const own = files.filter(({ path }) => path.startsWith(this.root));
    writeFileSync(join(staging, "files.json"), JSON.stringify(own));
    writeFileSync(join(staging, "remove.sh"), template("operator/remove.sh"));
    await run(["bash", "-s"], { input: template("operator/install.sh"), env: { STAGING: staging } });
  }

  /** Runs the command; what it prints and how it ends is the test's to judge. */
  async emaintenance(args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
    const program = this.layout.deploy("scripts/emaintenance.sh");
    return run([program, ...args], { allowFailure: true, timeoutSeconds: 60, ...options });
  }

  /** What the command prints with --json. */
  async json<T>(...args: readonly string[]): Promise<T> {
    const { stdout, stderr } = await this.emaintenance([...args, "--json"]);
    if (stdout === "") throw new Error(stderr);
    return JSON.parse(stdout) as T;
  }

  write(path: string, text: string): void {
    mkdirSync(dirname(join(this.root, path)), { recursive: true });
    writeFileSync(join(this.root, path), text);
  }

  async inspect(service: string, format: string): Promise<string> {
    const { stdout } = await run(["docker", "inspect", "--format", format, this.container(service)]);
    return stdout.trim();
  }

  async docker(...args: readonly string[]): Promise<RunResult> {
    return run(["docker", ...args]);
  }

  async healthy(service: string): Promise<void> {
    await waitFor(
      `a healthy ${service}`,
      60,
      async () => (await this.inspect(service, "{{.State.Health.Status}}")) === "healthy",
    );
  }

  /** Starts one service, or starts it again. */
  async startService(service: string): Promise<void> {
    const images = await ensureBaseImages();
    const label = (key: string, value: string) => ["--label", `${this.prefix}.${key}=${value}`];
    const http = (port: number) => [
      ...["--env", `NAME=${service}`, "--env", `PORT=${port}`, "--user", "1001:1001"],
      ...health(`curl -fsS http://127.0.0.1:${port}/health`),
      ...(service === "nginx" ? ["--publish", `127.0.0.1:${this.gatewayPort}:80`] : []),
      ...["--sysctl", "net.ipv4.ip_unprivileged_port_start=0"],
      ...[images.node, "node", "-e", SERVER],
    ];
    const health = (line: string) => [
      ...["--health-cmd", line, "--health-interval", "1s", "--health-retries", "3"],
      ...["--health-timeout", "9s", "--health-start-period", "20s"],
    ];
    const { databaseCommand } = this.changes;
    const database = this.changes.formerRoles
      ? formerDatabaseStart(databaseCommand)
      : databaseStart(databaseCommand);
    const own: Record<string, readonly string[]> = {
      postgres: [
        ...["--env", `POSTGRES_PASSWORD=${PASSWORD}`, "--env", "POSTGRES_DB=emaintenance"],
        ...database.options,
        ...(this.changes.databaseOptions?.(this.prefix, this.root) ?? [
          "--volume",
          `${this.prefix}-data:/var/lib/postgresql/data`,
        ]),
        ...health("pg_isready -q -h 127.0.0.1 -U postgres"),
        images.postgres,
        ...database.words,
      ],
      redis: [
        ...["--env", `REDIS_PASSWORD=${PASSWORD}`],
        ...["--volume", `${this.prefix}-sessions:/data`],
        ...health(`REDISCLI_AUTH="$REDIS_PASSWORD" redis-cli ping | grep -qx PONG`),
        ...[images.redis, "redis-server", "--appendonly", "yes", "--requirepass", PASSWORD],
      ],
      "user-service": http(3001),
      web: http(3001),
      nginx: http(80),
      migration: [images.node, "node", "-e", "console.log('migrated')"],
    };
    const tier = this.description.services.find((one) => one.service === service)?.tier ?? "api";
    await this.docker(
      ...["run", "--detach", "--init", "--name", this.container(service)],
      ...[...label("service", service), ...label("tier", tier)],
      ...(own[service] ?? []),
    );
  }

  /** Writes down what runs as a release that was deployed well, as a deploy does. */
  async writeRelease(release: string): Promise<void> {
    const images: Record<string, object> = {};
    for (const { service } of this.description.services) {
      const id = await this.inspect(service, "{{.Image}}");
      images[service] = { reference: `example/${service}:17`, id, digest: null };
    }
    const record = { format: 1, release, ended: new Date().toISOString(), result: "good", images };
    this.write(`releases/${release}/release.json`, JSON.stringify(record));
    await run(["ln", "-sfn", release, join(this.layout.releases, "current")]);
  }

  private async startContainers(): Promise<void> {
    for (const { service } of [...this.description.services, ...this.description.jobs]) {
      await this.startService(service);
    }
    for (const { service } of this.description.services) {
      await this.healthy(service);
    }
  }

  /** Removes everything that was made. */
  async remove(): Promise<void> {
    await removeContainers(`name=^${this.prefix}-`);
    await run(["docker", "volume", "rm", "--force", `${this.prefix}-data`, `${this.prefix}-sessions`], {
      allowFailure: true,
    });
  }
}
