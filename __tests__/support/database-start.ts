import { template } from "../../constructs/templates";

/** The roles of a database's container, as its environment names them. */
export const SUPERUSER = "emaintenance_superuser";
export const OWNER = "postgres";

/** How a container of the database is started: as options of docker run, and as words behind its image. */
export interface DatabaseStart {
  readonly options: readonly string[];
  readonly words: readonly string[];
}

/** The scripts that a container of the database is started by. */
export interface DatabaseScripts {
  readonly start: string;
  readonly handOver: string;
}

export const databaseScripts = (): DatabaseScripts => ({
  start: template("postgres/roles.sh") + template("postgres/start.sh"),
  handOver: template("postgres/hand-over.sql"),
});

/** As the construct Postgres starts it. */
export function databaseStart(
  command: readonly string[] = ["postgres"],
  { start, handOver }: DatabaseScripts = databaseScripts(),
): DatabaseStart {
  return {
    options: [
      ...["--env", `POSTGRES_USER=${SUPERUSER}`, "--env", `DATABASE_OWNER=${OWNER}`],
      ...["--entrypoint", "sh"],
    ],
    words: ["-c", start, "postgres-start", handOver, ...command],
  };
}

/** As versions up to November 2026 have started it: services were the superuser. */
export function formerDatabaseStart(command: readonly string[] = []): DatabaseStart {
  return { options: ["--env", `POSTGRES_USER=${OWNER}`], words: command };
}
