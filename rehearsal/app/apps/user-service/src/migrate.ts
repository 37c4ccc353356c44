import { join } from "node:path";
import { connectionSettings, describeError } from "@emaintenance/service-kit";
import { runner } from "node-pg-migrate";
import pg from "pg";

const CONNECT_LIMIT_MS = 60_000;
const RETRY_MS = 500;
/** Codes of a server that is starting or not reachable yet; any other error is final. */
const NOT_YET = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "EHOSTUNREACH",
  "ENOTFOUND",
  "EAI_AGAIN",
  "ETIMEDOUT",
  "57P03",
]);

const say = (level: "info" | "error", message: string, more: object = {}): void => {
  console.log(
    JSON.stringify({ level, message, service: "migration", timestamp: new Date().toISOString(), ...more }),
  );
};

/**
 * Brings the database's schema up to date: all pending migrations in one transaction, under a lock that a second run
 * waits for. With nothing pending it changes nothing.
 */
async function migrate(): Promise<void> {
  const url = process.env["DATABASE_URL"];
  if (url === undefined || url === "") throw new Error("DATABASE_URL is missing");
  const client = await connect(connectionSettings(url));
  try {
    const applied = await runner({
      dbClient: client,
      dir: join(__dirname, "migrations"),
      direction: "up",
      migrationsTable: "migrations",
      checkOrder: true,
      advisoryLockMode: "wait",
      logger: {
        debug: () => undefined,
        info: () => undefined,
        warn: (text) => say("info", text),
        error: (text) => say("error", text),
      },
    });
    say("info", applied.length === 0 ? "the schema is up to date" : `${applied.length} migrations applied`, {
      migrations: applied.map((migration) => migration.name),
    });
  } finally {
    await client.end();
  }
}

async function connect(settings: pg.ClientConfig): Promise<pg.Client> {
  const limit = Date.now() + CONNECT_LIMIT_MS;
  for (;;) {
    const client = new pg.Client({
      ...settings,
      application_name: "migration",
      connectionTimeoutMillis: 5000,
    });
    try {
      await client.connect();
      return client;
    } catch (error) {
      await client.end().catch(() => undefined);
      const code = (error as { code?: string }).code ?? "";
      if (!NOT_YET.has(code) || Date.now() > limit) throw error;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}

migrate().catch((error: unknown) => {
  say("error", "the migration failed, nothing was changed", { error: describeError(error) });
  process.exitCode = 1;
});
