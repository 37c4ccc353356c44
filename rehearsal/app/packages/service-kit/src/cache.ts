import { createClient } from "@redis/client";
import { parseEndpoint } from "./endpoint";
import { unavailable } from "./errors";
import { describeError, type ServiceLogger } from "./logger";
import { within } from "./within";

const COMMAND_TIMEOUT_MS = 4000;
const PING_MS = 10_000;

/** Redis: sessions, counters and short-lived copies. It reconnects by itself for as long as the service runs. */
export class Cache {
  private readonly client;
  private outageReported = false;

  constructor(
    url: string,
    private readonly log: ServiceLogger,
  ) {
    const { host, port, user, password, path } = parseEndpoint(url, 6379);
    this.client = createClient({
      socket: {
        host,
        port,
        connectTimeout: COMMAND_TIMEOUT_MS,
        // Pings keep a living connection busy, so silence for this long means that the other side is gone.
        socketTimeout: 2 * PING_MS,
        reconnectStrategy: (attempt) => Math.min(50 * 2 ** Math.min(attempt, 6), 2000),
      },
      ...(user !== undefined && { username: user }),
      ...(password !== undefined && { password }),
      database: path === "" ? 0 : Number(path),
      // A request that finds Redis away must fail at once and be answered 503, not wait in a queue.
      disableOfflineQueue: true,
      pingInterval: PING_MS,
    });
    this.client.on("ready", () => {
      this.outageReported = false;
      log.info("cache connected");
    });
    this.client.on("error", (error: unknown) => {
      // One warning per outage, not one per attempt.
      log.log(this.outageReported ? "debug" : "warn", "cache is not reachable, trying again", {
        error: describeError(error),
      });
      this.outageReported = true;
    });
  }

  /** Starts to connect and returns at once; until it has connected, every command is refused with 503. */
  connect(): void {
    this.client.connect().catch((error: unknown) => {
      this.log.error("cache cannot be connected", { error: describeError(error) });
    });
  }

  /** @returns the stored value, or undefined if there is no such value */
  async get<T>(key: string): Promise<T | undefined> {
    const text = await answered(() => this.client.get(key));
    return text === null ? undefined : (JSON.parse(text) as T);
  }

  /** Stores a value for a number of seconds. */
  async set(key: string, value: unknown, ttlSeconds: number): Promise<void> {
    await answered(() =>
      this.client.set(key, JSON.stringify(value), { expiration: { type: "EX", value: ttlSeconds } }),
    );
  }

  /** Removes keys; ones that do not exist are fine. */
  async delete(...keys: string[]): Promise<void> {
    await answered(() => this.client.del(keys));
  }

  /** Adds one to a counter that starts at zero and is forgotten `ttlSeconds` after its first use. */
  async count(key: string, ttlSeconds: number): Promise<number> {
    const [value] = await answered(() => this.client.multi().incr(key).expire(key, ttlSeconds, "NX").exec());
    return Number(value);
  }

  /** A copy from the cache, else what `load` gives, kept for a while. Without Redis it is simply loaded. */
  async remember<T>(key: string, ttlSeconds: number, load: () => Promise<T>): Promise<T> {
    const copy = await this.get<T>(key).catch(() => undefined);
    if (copy !== undefined) return copy;
    const value = await load();
    await this.set(key, value, ttlSeconds).catch(() => undefined);
    return value;
  }

  /** Drops copies that are stale now. A cache that is away loses nothing: copies are short-lived. */
  async forget(...keys: string[]): Promise<void> {
    await this.delete(...keys).catch(() => undefined);
  }

  /** @throws when Redis does not answer */
  async ping(): Promise<void> {
    await answered(() => this.client.ping());
  }

  /** Closes the connection, whatever its state. */
  close(): void {
    this.client.destroy();
  }
}

/** The client's own timeout covers only commands that wait to be sent; this one also those that wait for an answer. */
async function answered<T>(command: () => Promise<T>): Promise<T> {
  try {
    return await within(COMMAND_TIMEOUT_MS, command());
  } catch (error) {
    throw unavailable("cache", error);
  }
}
