import pg from "pg";
import { parseEndpoint } from "./endpoint";
import { unavailable } from "./errors";
import { describeError, type ServiceLogger } from "./logger";

/** PostgreSQL's codes for what a client can cause. */
export const SQLSTATE = { uniqueViolation: "23505", foreignKeyViolation: "23503" } as const;

/** Classes of codes that mean "the server is not there for us": connection, resources, shutdown. */
const UNAVAILABLE = /^(08|53|57P)/;

/** The five-character code of an error that came from the PostgreSQL server itself, else undefined. */
export function sqlState(error: unknown): string | undefined {
  return error instanceof pg.DatabaseError ? error.code : undefined;
}

/** Connection settings of a DATABASE_URL, for a pool or a single client. */
export function connectionSettings(databaseUrl: string): pg.ClientConfig {
  const { host, port, user, password, path } = parseEndpoint(databaseUrl, 5432);
  return { host, port, user, password, database: path, keepAlive: true };
}

/** Something that runs a statement and gives its rows: the pool or one transaction. */
export interface Queryable {
  query<Row extends pg.QueryResultRow>(text: string, values?: readonly unknown[]): Promise<Row[]>;
}

/** Settings of the pool. */
export interface DatabaseProps {
  readonly url: string;
  readonly poolMax: number;
  /** Shown in pg_stat_activity. */
  readonly applicationName: string;
}

/** A pool that outlives a restart of PostgreSQL: dead connections leave it, new ones are made on demand. */
export class Database implements Queryable {
  private readonly pool: pg.Pool;

  constructor(props: DatabaseProps, log: ServiceLogger) {
    this.pool = new pg.Pool({
      ...connectionSettings(props.url),
      max: props.poolMax,
      application_name: props.applicationName,
      connectionTimeoutMillis: 4000,
      idleTimeoutMillis: 30_000,
      statement_timeout: 10_000,
      query_timeout: 12_000,
    });
    this.pool.on("error", (error) =>
      log.warn("an idle database connection was lost", { error: describeError(error) }),
    );
  }

  /** @throws a 503 error when the server cannot be reached; PostgreSQL's own error when it refuses the statement */
  async query<Row extends pg.QueryResultRow>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    return translated(async () => (await this.pool.query<Row>(text, [...values])).rows);
  }

  /** Runs `work` in one transaction: all of it is stored, or, when it throws, none. */
  async transaction<T>(work: (tx: Queryable) => Promise<T>): Promise<T> {
    const client = await translated(() => this.pool.connect());
    let broken: Error | undefined;
    const onError = (error: Error): void => void (broken = error);
    client.on("error", onError);
    const tx: Queryable = {
      query: (text, values = []) => translated(async () => (await client.query(text, [...values])).rows),
    };
    try {
      await tx.query("begin");
      const result = await work(tx);
      await tx.query("commit");
      return result;
    } catch (error) {
      await client.query("rollback").catch((failure: Error) => (broken = failure));
      throw error;
    } finally {
      client.off("error", onError);
      client.release(broken);
    }
  }

  /** Waits for statements in flight and closes all connections. */
  async close(): Promise<void> {
    await this.pool.end();
  }
}

async function translated<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const code = sqlState(error);
    if (code !== undefined && !UNAVAILABLE.test(code)) throw error;
    throw unavailable("database", error);
  }
}
