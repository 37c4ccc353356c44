import { accessSync, constants, mkdirSync } from "node:fs";
import { join } from "node:path";
import winston from "winston";
import { currentRequestId } from "./request-context";

/** JSON lines on the console and in `<folder>/<service>.log`. */
export interface ServiceLogger extends winston.Logger {
  /** Closes and opens the log file again, so that a rotation by rename loses no line. */
  reopenFile(): void;
  /** Resolves when everything written so far has left the process. */
  flush(): Promise<void>;
}

/** Where and how much a service logs. */
export interface LoggerProps {
  readonly service: string;
  readonly level: string;
  /** Folder of the log file; where it cannot be written, a warning says so and the console remains. */
  readonly folder: string;
}

const withRequest = winston.format((info) => {
  const requestId = currentRequestId();
  if (requestId !== undefined && info["requestId"] === undefined) info["requestId"] = requestId;
  return info;
});

/** Creates the logger of a service. It never throws and never ends the process: a full disk must not stop a service. */
export function createLogger(props: LoggerProps): ServiceLogger {
  const console = new winston.transports.Console();
  const logger = winston.createLogger({
    level: props.level,
    defaultMeta: { service: props.service },
    format: winston.format.combine(winston.format.timestamp(), withRequest(), winston.format.json()),
    transports: [console],
  }) as ServiceLogger;
  logger.on("error", () => undefined);

  let file: winston.transport | undefined;
  const openFile = (): void => {
    try {
      mkdirSync(props.folder, { recursive: true });
      accessSync(props.folder, constants.W_OK);
    } catch (error) {
      logger.warn("log folder cannot be written, logging to the console only", {
        folder: props.folder,
        error: describeError(error),
      });
      return;
    }
    const opened = new winston.transports.File({ filename: join(props.folder, `${props.service}.log`) });
    opened.on("error", (error) => {
      logger.remove(opened);
      logger.warn("log file cannot be written, logging to the console only", { error: describeError(error) });
    });
    logger.add(opened);
    file = opened;
  };
  openFile();

  logger.reopenFile = () => {
    if (file !== undefined) logger.remove(file);
    file = undefined;
    openFile();
  };
  logger.flush = () =>
    new Promise((resolve) => {
      const open = [...logger.transports];
      let left = open.length;
      const done = (): void => {
        left -= 1;
        if (left <= 0) resolve();
      };
      open.forEach((transport) => transport.once("finish", done));
      logger.end();
      setTimeout(resolve, 1000).unref();
    });
  return logger;
}

/** The loggable part of anything thrown: message, code and stack, no object graph that may hold secrets. */
export function describeError(error: unknown): { message: string; code?: string; stack?: string } {
  if (!(error instanceof Error)) return { message: String(error) };
  const code = (error as { code?: unknown }).code;
  const message =
    error.message || (error instanceof AggregateError ? error.errors.map(String).join("; ") : error.name);
  return {
    message,
    ...(typeof code === "string" && { code }),
    ...(error.stack !== undefined && { stack: error.stack }),
  };
}
