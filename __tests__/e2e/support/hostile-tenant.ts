import { readFileSync } from "node:fs";
import { join } from "node:path";
import { HOSTILE_NAMES, HOSTILE_SCHEMAS, quotedName, quotedText } from "../../support/hostile-names";

const PLANT_FILES = readFileSync(join(__dirname, "../../support/plant-files.sh"), "utf8");

/** Folders of root's in which a script may run: a name that it executes leaves a file there. */
const WORKPLACES = ["/", "/root", "/home/deploy"];

/** What a script may change least of all. */
const ROOTS_FOLDERS = ["/etc", "/usr/local", "/root"];

/** Runs a line of shell on the host; what it prints. */
export type HostShell = (line: string, input?: string) => Promise<string>;

/**
 * A service of a deployed system that an attacker has taken over: it fills every place that it may write to, as the user that
 * it runs as and with its login of the database, with what a script of root might execute or follow.
 */
export class HostileTenant {
  /** @param root the folder of everything on the host */
  constructor(
    private readonly shell: HostShell,
    private readonly root: string,
  ) {}

  /** How many things were planted. */
  async plant(): Promise<number> {
    await this.shell(
      WORKPLACES.map((folder) => `sudo sh -c 'echo stays > ${join(folder, "precious")}'`).join("; "),
    );
    return (await this.plantFiles()) + (await this.plantObjects()) + (await this.plantLogLines());
  }

  /** What has happened that never may; empty where all is well. */
  async damage(): Promise<string> {
    const precious = WORKPLACES.map((folder) => join(folder, "precious")).join(" ");
    const folders = "/ /run /tmp /var/lib/docker/overlay2 /dev/shm";
    // The planted names themselves lie in folders of the services.
    return this.shell(
      `sudo find ${folders} -xdev -path ${this.root}/data -prune -o -name executed -print; for file in ${precious}; do sudo test -f "$file" || echo "$file is gone"; done`,
    );
  }

  /** A digest of what root has outside the system's own folders: names, owners, modes, links and contents. */
  async digest(): Promise<string> {
    const folders = ROOTS_FOLDERS.join(" ");
    return this.shell(
      `sudo sh -c 'find ${folders} -xdev -printf "%p %y %U %G %m %l\\0" | sort -z | sha256sum; find ${folders} -xdev -type f -print0 | sort -z | xargs -0 sha256sum | sha256sum'`,
    );
  }

  /** Removes what no backup holds, or what takes hours to read: paths too long for any program, and files with holes. */
  async tidy(): Promise<void> {
    await this.shell(
      `sudo find ${this.root}/data ${this.root}/logs -xdev \\( -name 'hollow*' -o -name '${"d".repeat(200)}' \\) -prune -exec rm -rf {} +`,
    );
  }

  private async plantFiles(): Promise<number> {
    const folders = await this.shell(
      `sudo find ${this.root}/data ${this.root}/logs -maxdepth 1 -mindepth 1 -type d -uid 1001`,
    );
    let planted = 0;
    for (const folder of folders.trim().split("\n")) {
      const asTenant = "sudo setpriv --reuid 1001 --regid 1001 --clear-groups";
      planted += Number(await this.shell(`${asTenant} bash -s ${folder}`, PLANT_FILES));
    }
    return planted;
  }

  /** Objects, settings and answers of the database, as far as the services' login may make them. */
  private async plantObjects(): Promise<number> {
    const statements = [
      // The exploit as it was found: a sum() that answers with bash, found before PostgreSQL's own.
      "CREATE SCHEMA evil",
      "CREATE FUNCTION evil.keep(text, bigint) RETURNS text LANGUAGE sql AS 'SELECT $1'",
      "CREATE AGGREGATE evil.sum(bigint) (SFUNC = evil.keep, STYPE = text, INITCOND = 'most[$(id>executed)]')",
      "CREATE FUNCTION evil.count_nothing(bigint) RETURNS bigint LANGUAGE sql AS 'SELECT 0::bigint'",
      "ALTER ROLE CURRENT_USER SET search_path = evil, pg_catalog, public",
      ...HOSTILE_SCHEMAS,
      ...HOSTILE_NAMES.flatMap((name) => [
        `CREATE FUNCTION ${quotedName(name)}.${quotedName(name)}() RETURNS text LANGUAGE sql AS ${quotedText(`SELECT ${quotedText(name)}`)}`,
        `SELECT lo_from_bytea(0, convert_to(${quotedText(name)}, 'UTF8'))`,
      ]),
      // Settings that its own sessions may have: root's meet them if it uses the same database.
      "ALTER ROLE CURRENT_USER SET application_name = '`id>executed`'",
      "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET application_name = %L', current_database(), 'a[$(id>executed)]'); END $$",
      "DO $$ BEGIN EXECUTE format('COMMENT ON DATABASE %I IS %L', current_database(), '$(id>executed)'); END $$",
    ];
    const psql = [
      "docker run --rm -i --network container:emaintenance-user-service",
      `--env "DATABASE_URL=$(docker exec emaintenance-user-service printenv DATABASE_URL)"`,
      `--entrypoint sh "$(docker inspect --format '{{.Image}}' emaintenance-postgres)"`,
      `-c 'psql -XAtq -d "$DATABASE_URL" 2>&1 > /dev/null'`,
    ].join(" ");
    const said = await this.shell(psql, statements.map((statement) => `${statement};\n`).join(""));
    const refused = said.match(/^.*ERROR:.*$/gm) ?? [];
    if (refused.length > 0) throw new Error(`the database refused: ${refused.join("\n")}`);
    return statements.length;
  }

  /** Lines of a container's log. */
  private async plantLogLines(): Promise<number> {
    const lines = [...HOSTILE_NAMES, "\u001b[2J\u001b]0;executed\u0007", '{"level":"$(id>executed)"}'];
    await this.shell(
      "docker exec -i emaintenance-work-order-service sh -c 'cat > /proc/1/fd/1'",
      lines.map((line) => `${line}\n`).join(""),
    );
    return lines.length;
  }
}
