import { createServer } from "node:http";
import express, { type Express } from "express";
import { Sessions } from "./auth";
import { Cache } from "./cache";
import { readConfig, type Config } from "./config";
import { Database } from "./database";
import { errorHandler } from "./error-handler";
import { notFound } from "./errors";
import { healthRoute, peerCheck, type Check } from "./health";
import { createLogger, describeError, type ServiceLogger } from "./logger";
import { accessLog, apiHeaders, cors, requestId } from "./middleware";

/** What the routes of a service work with. */
export interface Toolbox {
  readonly config: Config;
  readonly log: ServiceLogger;
  readonly database: Database;
  readonly cache: Cache;
  readonly sessions: Sessions;
}

/** One service of the system. */
export interface ServiceProps {
  readonly name: "user-service" | "work-order-service" | "asset-service";
  readonly defaultPort: number;
  /** Addresses of services that this one cannot work without, by name; an address that is not set is not checked. */
  readonly dependencies?: (config: Config) => Readonly<Record<string, string | undefined>>;
  /** Adds the service's routes. */
  readonly routes: (app: Express, tools: Toolbox) => void;
}

/** Longer than a gateway keeps an idle connection to us, so that it never picks one that we are just closing. */
const KEEP_ALIVE_MS = 75_000;

/**
 * Starts a service and stops it on SIGTERM or SIGINT: no new connections, requests in flight are answered, then the
 * connections to PostgreSQL and Redis close. It listens at once, also while PostgreSQL or Redis are away; `/health`
 * tells. SIGHUP opens the log file again.
 */
export function startService(props: ServiceProps): void {
  let config: Config;
  try {
    config = readConfig(process.env, props.defaultPort);
  } catch (error) {
    console.error(
      JSON.stringify({ level: "error", service: props.name, message: describeError(error).message }),
    );
    process.exit(1);
  }
  const log = createLogger({ service: props.name, level: config.LOG_LEVEL, folder: config.LOG_DIR });
  const fatal = (what: string) => (error: unknown) => {
    log.error(what, { error: describeError(error) });
    void log.flush().then(() => process.exit(1));
  };
  process.on("uncaughtException", fatal("the service cannot go on"));
  process.on("unhandledRejection", fatal("the service cannot go on"));

  const database = new Database(
    { url: config.DATABASE_URL, poolMax: config.DATABASE_POOL_MAX, applicationName: props.name },
    log,
  );
  const cache = new Cache(config.REDIS_URL, log);
  cache.connect();

  let stopping = false;
  const app = createApp(
    props,
    {
      config,
      log,
      database,
      cache,
      sessions: new Sessions(config.JWT_SECRET, cache, config.SESSION_TTL_SECONDS),
    },
    () => stopping,
  );
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS, requestTimeout: 120_000 }, app);
  server.on("error", fatal(`port ${config.PORT} cannot be served`));
  server.listen(config.PORT, () => {
    log.info(`listening on port ${config.PORT}`, { startMilliseconds: Math.round(performance.now()) });
  });

  const stop = async (signal: string): Promise<void> => {
    if (stopping) return;
    stopping = true;
    log.info(`stopping on ${signal}`);
    const closed = new Promise((resolve) => server.close(resolve));
    // A connection that becomes idle after the close would stay open until its keep-alive time is over.
    const sweep = setInterval(() => server.closeIdleConnections(), 50);
    const limit = setTimeout(() => {
      log.warn(`requests still in flight after ${config.SHUTDOWN_TIMEOUT_SECONDS} s are cut`);
      server.closeAllConnections();
    }, config.SHUTDOWN_TIMEOUT_SECONDS * 1000);
    await closed;
    clearInterval(sweep);
    clearTimeout(limit);
    cache.close();
    await database.close();
    log.info("stopped");
    await log.flush();
    process.exit(0);
  };
  process.on("SIGTERM", (signal) => void stop(signal));
  process.on("SIGINT", (signal) => void stop(signal));
  process.on("SIGHUP", () => log.reopenFile());
}

function createApp(props: ServiceProps, tools: Toolbox, stopping: () => boolean): Express {
  const { config, log, database, cache } = tools;
  const app = express();
  app.disable("x-powered-by");
  app.set("trust proxy", ["loopback", "linklocal", "uniquelocal"]);
  app.set("query parser", "simple");
  app.set("etag", false);
  app.use((_req, res, next) => {
    if (stopping()) res.setHeader("Connection", "close");
    next();
  });
  app.use(requestId, accessLog(log));
  const checks: Record<string, Check> = {
    database: () => database.query("select 1"),
    redis: () => cache.ping(),
  };
  for (const [name, url] of Object.entries(props.dependencies?.(config) ?? {})) {
    if (url !== undefined) checks[name] = peerCheck(url);
  }
  app.get("/health", healthRoute({ service: props.name, release: config.RELEASE, checks, stopping }));
  app.use(apiHeaders, cors(config.CORS_ORIGIN), express.json({ limit: "256kb" }));
  props.routes(app, tools);
  app.use((req) => {
    throw notFound(`${req.method} ${req.path}`);
  });
  app.use(errorHandler(log));
  return app;
}
