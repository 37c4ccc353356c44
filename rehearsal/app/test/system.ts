import { spawn, type ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { createConnection, createServer, type AddressInfo, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";

const APPS = join(__dirname, "..", "apps");
const START_LIMIT_MS = 20_000;

/** A service process of the built application. */
export interface Service {
  readonly url: string;
  readonly process: ChildProcess;
  /** Everything that it has written to its console. */
  output(): string;
}

/** The three services over a database of their own, with wires to PostgreSQL and Redis that can be cut. */
export interface System {
  readonly users: Service;
  readonly workOrders: Service;
  readonly assets: Service;
  readonly database: Wire;
  readonly redis: Wire;
  readonly folder: string;
  stop(): Promise<void>;
}

/** A TCP relay that can refuse and cut connections as a server that goes away does. */
export class Wire {
  private readonly sockets = new Set<Socket>();
  private isCut = false;
  private readonly server = createServer((socket) => {
    if (this.isCut) return void socket.destroy();
    const upstream = createConnection(Number(this.target.port), this.target.hostname);
    for (const [from, to] of [
      [socket, upstream],
      [upstream, socket],
    ] as const) {
      this.sockets.add(from);
      from.pipe(to);
      from.on("error", () => to.destroy()).on("close", () => (this.sockets.delete(from), to.destroy()));
    }
  });

  constructor(private readonly target: URL) {}

  /** The target's address, by way of this wire. */
  async open(): Promise<URL> {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    const url = new URL(this.target);
    url.hostname = "127.0.0.1";
    url.port = String((this.server.address() as AddressInfo).port);
    return url;
  }

  cut(): void {
    this.isCut = true;
    this.sockets.forEach((socket) => socket.destroy());
  }

  repair(): void {
    this.isCut = false;
  }

  close(): void {
    this.cut();
    this.server.close();
  }
}

/** Polls until `condition` is true. @throws after the limit, with what was waited for */
export async function until(
  what: string,
  condition: () => Promise<boolean> | boolean,
  limitMs = START_LIMIT_MS,
): Promise<void> {
  const end = Date.now() + limitMs;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`${what}: not within ${limitMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/**
 * Starts the built application (`npm run build` first).
 *
 * @param databaseUrl a PostgreSQL server on which databases may be created
 */
export async function startSystem(databaseUrl: string, redisUrl: string): Promise<System> {
  const folder = await mkdtemp(join(tmpdir(), "emaintenance-test-"));
  const name = `test_${randomBytes(6).toString("hex")}`;
  await administer(databaseUrl, `create database ${name}`);
  const ownDatabase = new URL(databaseUrl);
  ownDatabase.pathname = `/${name}`;
  const database = new Wire(ownDatabase);
  const redis = new Wire(new URL(redisUrl));
  const env = {
    ...process.env,
    NODE_ENV: "test",
    LOG_LEVEL: "info",
    LOG_DIR: join(folder, "logs"),
    UPLOAD_DIR: join(folder, "uploads"),
    CORS_ORIGIN: "http://page.example",
    JWT_SECRET: randomBytes(32).toString("base64"),
    DATABASE_URL: (await database.open()).href,
    REDIS_URL: (await redis.open()).href,
  };

  const migrations = await Promise.all(
    [1, 2].map(() => runToEnd(join(APPS, "user-service", "dist", "migrate.js"), env)),
  );
  if (migrations.some((code) => code !== 0))
    throw new Error(`a migration failed: exit codes ${migrations.join(", ")}`);

  const started: Service[] = [];
  const start = async (service: string, more: Record<string, string> = {}): Promise<Service> => {
    const running = await startService(service, { ...env, ...more });
    started.push(running);
    return running;
  };
  const users = await start("user-service");
  const [workOrders, assets] = await Promise.all([
    start("work-order-service", { USER_SERVICE_URL: users.url }),
    start("asset-service", { USER_SERVICE_URL: users.url }),
  ]);
  return {
    users,
    workOrders,
    assets,
    database,
    redis,
    folder,
    stop: async () => {
      await Promise.all(started.map(stopService));
      database.close();
      redis.close();
      await administer(databaseUrl, `drop database ${name} with (force)`);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function administer(databaseUrl: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query(statement);
  await client.end();
}

function runToEnd(script: string, env: NodeJS.ProcessEnv): Promise<number | null> {
  const child = spawn(process.execPath, [script], { env, stdio: ["ignore", "inherit", "inherit"] });
  return new Promise((resolve) => child.on("close", resolve));
}

async function startService(name: string, env: NodeJS.ProcessEnv): Promise<Service> {
  const port = await freePort();
  const child = spawn(process.execPath, [join(APPS, name, "dist", "server.js")], {
    env: { ...env, PORT: String(port) },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let text = "";
  child.stdout.on("data", (chunk: Buffer) => (text += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (text += chunk.toString()));
  const url = `http://127.0.0.1:${port}`;
  await until(`${name} is healthy`, async () => {
    if (child.exitCode !== null) throw new Error(`${name} ended with ${child.exitCode}: ${text}`);
    return fetch(`${url}/health`).then(
      (answer) => answer.ok,
      () => false,
    );
  });
  return { url, process: child, output: () => text };
}

async function stopService({ process: child }: Service): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  await ended;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
