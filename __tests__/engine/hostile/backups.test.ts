import { join } from "node:path";
import { template } from "../../../constructs/templates";
import { run } from "../../../lib/run";
import { SUPERUSER } from "../../support/database-start";
import { BackupSystem } from "../backup/backup-system";
import { HOSTILE_NAMES, HOSTILE_SCHEMAS, quotedName, quotedText } from "../../support/hostile-names";
import { digestOf, HostileWorkplace, plantFiles } from "./hostile-place";

jest.setTimeout(1_800_000);

/** Room that a backup of a few small files may take, whatever sizes they claim. */
const SMALL_BYTES = 10_000_000;

describe("uploaded files", () => {
  test("with hostile names, links, pipes and holes are saved, verified and laid out again, and none of them is executed or followed", async () => {
    const system = await BackupSystem.withoutContainers();
    const place = new HostileWorkplace();
    const uploads = system.path("data/work-order-uploads");
    const emaintenance = (...args: string[]) =>
      place.run([system.layout.deploy("scripts/emaintenance.sh"), ...args]);
    try {
      expect(await plantFiles(uploads)).toBeGreaterThan(200);
      const before = await digestOf("/etc");

      const backup = await emaintenance("backup", "uploads", "--json");
      expect(backup).toMatchObject({ code: 0 });
      const manifest = JSON.parse(backup.stdout) as {
        set: string;
        window: { removed: string[] };
        files: Record<string, { bytes: number }>;
      };
      // Every file is in it, whatever its name: no file is reported as removed meanwhile.
      expect(manifest.window.removed).toEqual([]);
      expect(Object.values(manifest.files)[0]?.bytes).toBeLessThan(SMALL_BYTES);
      expect(await emaintenance("verify-backup", manifest.set)).toMatchObject({ code: 0 });
      // A hole is no reason to refuse: the plan is made, though the files claim more than any disk has.
      expect(await emaintenance("restore", "uploads", manifest.set, "--dry-run")).toMatchObject({ code: 0 });

      // The step that lays the files out next to the present ones, by itself: no container runs here.
      const layOut = `
        set -euo pipefail
        scripts=$1 EXACT=$3 STATUS=$4 JOURNAL=$4/restore.journal
        . "$scripts/lib/common.sh"
        for part in lifecycle restore/journal restore/files backup/sets backup/files; do . "$scripts/lib/$part.sh"; done
        export -f unpacked
        fail() { say_remedy "$@"; exit 1; }
        interruptible() { "$@"; }
        prepare_files "$2"
        recorded stage`;
      for (const exact of ["", "1"]) {
        const { code, stdout, stderr } = await place.run([
          ...["bash", "-c", layOut, "bash", system.layout.deploy("scripts"), manifest.set, exact],
          system.layout.status,
        ]);
        expect([code, stderr]).toEqual([0, ""]);
        const stage = join(stdout.trim().split("\n").at(-1) ?? "", "work-order-uploads");
        const names = async (folder: string) =>
          (
            await run([
              "bash",
              "-c",
              'cd "$1" && find . \\( -type d -printf "%p d\\0" -o -printf "%p %y %s %l\\0" \\) | perl -0 -ne "print if length(\\$_) < 3000" | sort -z | sha256sum',
              "bash",
              folder,
            ])
          ).stdout;
        expect(await names(stage)).toBe(await names(uploads));
        await run(["rm", "-rf", stage]);
      }

      expect(place.damage).toEqual([]);
      expect(await digestOf("/etc")).toBe(before);
    } finally {
      await run(["rm", "-rf", system.path("data")]);
    }
  });
});

const DATABASES = ["`id>executed`", "dbname=postgres host=198.51.100.1"];

describe("a database whose login is hostile", () => {
  let system: BackupSystem;
  let place: HostileWorkplace;
  const emaintenance = (...args: string[]) =>
    place.run([system.layout.deploy("scripts/emaintenance.sh"), ...args]);
  /** Runs each statement by itself; how many of them the server took. */
  const plant = async (statements: readonly string[]): Promise<number> => {
    const psql = ["psql", "-XAtq", "-U", SUPERUSER, "-d", "emaintenance"];
    const { stderr } = await run(["docker", "exec", "-i", system.container("postgres"), ...psql], {
      input: statements.map((statement) => `${statement};\n`).join(""),
      allowFailure: true,
    });
    return statements.length - (stderr.match(/^ERROR:/gm) ?? []).length;
  };

  beforeAll(async () => {
    system = await BackupSystem.start();
    place = new HostileWorkplace();
  });
  afterAll(() => system.remove());

  test("answers with functions of its own, and root executes none of its answers", async () => {
    // GIVEN the exploit as it was found: a sum() that answers with bash, found before PostgreSQL's own
    await system.sql(`
      CREATE TABLE assets (id int);
      CREATE SCHEMA evil;
      CREATE FUNCTION evil.keep(text, bigint) RETURNS text LANGUAGE sql AS 'SELECT $1';
      CREATE AGGREGATE evil.sum(bigint) (SFUNC = evil.keep, STYPE = text, INITCOND = 'most[$(id>executed)]');
      CREATE FUNCTION evil.count_nothing(bigint) RETURNS bigint LANGUAGE sql AS 'SELECT 0::bigint';
      ALTER ROLE ${SUPERUSER} SET search_path = evil, pg_catalog, public`);
    const { code, stdout } = await emaintenance("backup", "database", "--json");
    expect(place.damage).toEqual([]);
    // THEN the question is answered by PostgreSQL itself, and the backup is made
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ rowCounts: { "public.assets": 0 } });
  });

  test("answers with PostgreSQL's own functions rewritten, and the backup says what it refused", async () => {
    const replace = (body: string) => `
      SET allow_system_table_mods = on;
      CREATE OR REPLACE FUNCTION pg_catalog.pg_export_snapshot() RETURNS text LANGUAGE ${body}`;
    await system.sql(replace("sql AS $$SELECT 'x[$(id>executed)]'$$"));
    const { code, stdout, stderr } = await emaintenance("backup", "database");
    await system.sql(replace("internal AS 'pg_export_snapshot'"));

    expect(place.damage).toEqual([]);
    expect(code).toBe(1);
    expect(stdout + stderr).toContain("where a snapshot was asked for. Expected its name");
  });

  test("makes the change of its password fail, and the password is in no log", async () => {
    await system.sql(`ALTER ROLE ${SUPERUSER} SET default_transaction_read_only = on`);
    const { code, stdout, stderr } = await run(["bash", "-s"], {
      input: template("postgres/apply-password.sh"),
      env: { CONTAINER: system.container("postgres") },
      allowFailure: true,
    });
    await system.sql(
      `SET default_transaction_read_only = off; ALTER ROLE ${SUPERUSER} RESET default_transaction_read_only`,
    );
    const log = await run(["docker", "logs", system.container("postgres")]);

    expect(code).not.toBe(0);
    expect(stderr).toContain("cannot execute ALTER ROLE in a read-only transaction");
    const password = (
      await run(["docker", "exec", system.container("postgres"), "printenv", "POSTGRES_PASSWORD"])
    ).stdout;
    expect(password.trim().length).toBeGreaterThan(8);
    // As a statement has it: with its quotes doubled.
    const written = password.trim().replace(/'/g, "''");
    expect(stdout + stderr + log.stdout + log.stderr).not.toContain(written);
  });

  test("has databases, roles, schemas, tables, settings and comments with hostile names, and all of it is saved, verified and planned for", async () => {
    const taken = await plant([
      ...HOSTILE_SCHEMAS,
      ...HOSTILE_NAMES.flatMap((name) => [
        // A database takes a while to make and to restore: some of the names do.
        ...(DATABASES.includes(name) ? [`CREATE DATABASE ${quotedName(name)}`] : []),
        `CREATE ROLE ${quotedName(name)}`,
        `COMMENT ON ROLE ${quotedName(name)} IS ${quotedText(name)}`,
        `ALTER DATABASE emaintenance SET evil.setting = ${quotedText(name)}`,
      ]),
    ]);
    expect(taken).toBeGreaterThan(80);

    const backup = await emaintenance("backup", "full", "--json");
    expect([backup.code, backup.stderr]).toEqual([0, ""]);
    const { set, rowCounts } = JSON.parse(backup.stdout) as { set: string; rowCounts: object };
    expect(Object.keys(rowCounts)).toContain("$(id>executed).$(id>executed)");
    const verified = await emaintenance("verify-backup", set);
    expect(verified).toMatchObject({ code: 0 });
    const plan = await emaintenance("restore", "full", set, "--dry-run");
    expect(plan).toMatchObject({ code: 0 });
    // eslint-disable-next-line no-control-regex -- what a terminal obeys
    expect(plan.stdout + plan.stderr + verified.stdout).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f]/);
    expect(place.damage).toEqual([]);
  });
});
