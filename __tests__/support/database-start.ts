import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { template } from "../../constructs/templates";
import { temporaryFolder } from "./temporary-folder";

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

/** The whole of it is the container's entry point, as the construct has it: docker run takes one word only. */
const ENTRY_POINT = `#!/bin/sh
here=\${0%/*}
exec sh -c "$(cat "$here/start.sh")" postgres-start "$(cat "$here/hand-over.sql")" "$@"
`;

const MOUNT = "/emaintenance-start";

/** As the construct Postgres starts it. */
export function databaseStart(
  command: readonly string[] = ["postgres"],
  { start, handOver }: DatabaseScripts = databaseScripts(),
): DatabaseStart {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "start.sh"), start);
  writeFileSync(join(folder, "hand-over.sql"), handOver);
  writeFileSync(join(folder, "entry-point"), ENTRY_POINT, { mode: 0o755 });
  return {
    options: [
      ...["--env", `POSTGRES_USER=${SUPERUSER}`, "--env", `DATABASE_OWNER=${OWNER}`],
      ...["--volume", `${folder}:${MOUNT}:ro`, "--entrypoint", `${MOUNT}/entry-point`],
    ],
    words: command,
  };
}

/** As versions up to November 2026 have started it: services were the superuser. */
export function formerDatabaseStart(command: readonly string[] = []): DatabaseStart {
  return { options: ["--env", `POSTGRES_USER=${OWNER}`], words: command };
}
