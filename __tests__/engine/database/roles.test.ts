import { readFileSync } from "node:fs";
import { join } from "node:path";
import { template } from "../../../constructs/templates";
import {
  databaseScripts,
  databaseStart,
  formerDatabaseStart,
  OWNER,
  SUPERUSER,
} from "../../support/database-start";
import { DatabaseContainer, PASSWORD } from "./database-container";

/** The first test on a machine builds the images. */
jest.setTimeout(900_000);

/** Objects of every kind, owned by the superuser of a cluster that former versions have made. */
const FORMER_CLUSTER = readFileSync(join(__dirname, "former-cluster.sql"), "utf8");

/** What no other role than a superuser may own, or what answers the superuser itself. */
const STAYS = ["event trigger evtr", "function evt", "publication pub_all"];

/** Whatever of a database belongs to the superuser, except what PostgreSQL and extensions have made, as "kind name" lines. */
const BELONGS_TO_SUPERUSER = `
  SELECT string_agg(line, E'\\n' ORDER BY line) FROM (
    SELECT 'relation ' || relname, 'pg_class'::regclass, oid FROM pg_class WHERE relowner = 10 AND relkind IN ('r','p','v','m','f','S')
    UNION ALL SELECT 'schema ' || nspname, 'pg_namespace'::regclass, oid FROM pg_namespace WHERE nspowner = 10
    UNION ALL SELECT 'function ' || proname, 'pg_proc'::regclass, oid FROM pg_proc WHERE proowner = 10
    UNION ALL SELECT 'type ' || typname, 'pg_type'::regclass, t.oid FROM pg_type t WHERE typowner = 10 AND typtype <> 'm' AND typcategory <> 'A'
      AND (typrelid = 0 OR EXISTS (SELECT FROM pg_class c WHERE c.oid = typrelid AND relkind = 'c'))
    UNION ALL SELECT 'operator ' || oprname, 'pg_operator'::regclass, oid FROM pg_operator WHERE oprowner = 10
    UNION ALL SELECT 'operator class ' || opcname, 'pg_opclass'::regclass, oid FROM pg_opclass WHERE opcowner = 10
    UNION ALL SELECT 'operator family ' || opfname, 'pg_opfamily'::regclass, oid FROM pg_opfamily WHERE opfowner = 10
    UNION ALL SELECT 'collation ' || collname, 'pg_collation'::regclass, oid FROM pg_collation WHERE collowner = 10
    UNION ALL SELECT 'conversion ' || conname, 'pg_conversion'::regclass, oid FROM pg_conversion WHERE conowner = 10
    UNION ALL SELECT 'dictionary ' || dictname, 'pg_ts_dict'::regclass, oid FROM pg_ts_dict WHERE dictowner = 10
    UNION ALL SELECT 'text search ' || cfgname, 'pg_ts_config'::regclass, oid FROM pg_ts_config WHERE cfgowner = 10
    UNION ALL SELECT 'statistics ' || stxname, 'pg_statistic_ext'::regclass, oid FROM pg_statistic_ext WHERE stxowner = 10
    UNION ALL SELECT 'server ' || srvname, 'pg_foreign_server'::regclass, oid FROM pg_foreign_server WHERE srvowner = 10
    UNION ALL SELECT 'publication ' || pubname, 'pg_publication'::regclass, oid FROM pg_publication WHERE pubowner = 10
    UNION ALL SELECT 'event trigger ' || evtname, 'pg_event_trigger'::regclass, oid FROM pg_event_trigger WHERE evtowner = 10
    UNION ALL SELECT 'large object '|| oid::text, 'pg_largeobject_metadata'::regclass, oid FROM pg_largeobject_metadata WHERE lomowner = 10
    UNION ALL SELECT 'default rights ' || defaclobjtype::text, 'pg_default_acl'::regclass, oid FROM pg_default_acl WHERE defaclrole = 10
    UNION ALL SELECT 'database ' || datname, 'pg_database'::regclass, oid FROM pg_database WHERE datdba = 10 AND NOT datistemplate AND datname <> 'postgres'
  ) AS found (line, class, oid)
  WHERE oid >= 16384 AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = class AND d.objid = found.oid AND d.deptype = 'e')`;

const RIGHTS = `SELECT rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls, rolcanlogin FROM pg_roles WHERE rolname = '${OWNER}'`;
const OWNERS_RIGHTS = "f|f|f|f|f|t";

let database: DatabaseContainer;
beforeEach(() => {
  database = new DatabaseContainer();
});
afterEach(() => database.remove());

/** What a system needs of its database, over the network; the answer. */
async function asService(text: string): Promise<string> {
  const { code, stdout, stderr } = await database.overNetwork(OWNER, PASSWORD, text);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return stdout.trim();
}

describe("a new cluster", () => {
  beforeEach(() => database.serve(databaseStart()));

  test("lets services in as the owner of the database, who runs no program of the server", async () => {
    expect(await asService(RIGHTS)).toBe(OWNERS_RIGHTS);
    expect(
      await asService("CREATE TABLE t (a int); CREATE SCHEMA s; CREATE EXTENSION citext; SELECT 1"),
    ).toBe("1");
    expect(
      await asService("SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()"),
    ).toBe(OWNER);

    for (const statement of [
      "COPY t TO PROGRAM 'cat > /tmp/executed'",
      "COPY t FROM PROGRAM 'id'",
      "COPY t FROM '/etc/passwd'",
      "CREATE ROLE another",
      "CREATE DATABASE another",
      "ALTER SYSTEM SET archive_command = 'id'",
      `ALTER ROLE ${OWNER} SUPERUSER`,
      `SET ROLE ${SUPERUSER}`,
      "SELECT pg_read_file('/etc/passwd')",
      "CREATE EXTENSION dblink",
      "CREATE FUNCTION c() RETURNS int LANGUAGE c AS 'libc', 'getpid'",
    ]) {
      const { code, stderr } = await database.overNetwork(OWNER, PASSWORD, statement);
      expect([statement, code]).toEqual([statement, 3]);
      expect(stderr).toMatch(/permission denied|must be superuser|only roles with/i);
    }
    expect((await database.inside("ls", "/tmp/executed")).code).not.toBe(0);
  });

  test("refuses a superuser over the network, whatever the password", async () => {
    await database.asRole(SUPERUSER, `ALTER ROLE ${SUPERUSER} PASSWORD 'the right one'`);
    for (const password of ["the right one", PASSWORD, ""]) {
      const { code, stderr } = await database.overNetwork(SUPERUSER, password, "SELECT 1");
      expect(code).toBe(2);
      expect(stderr).toContain(`pg_hba.conf rejects connection`);
    }
    // By the loopback address neither, which the image trusts by itself.
    const loopback = ["psql", "-h", "127.0.0.1", "-d", "emaintenance", "-c", "SELECT 1"];
    for (const role of [SUPERUSER, OWNER]) {
      expect((await database.inside(...loopback, "-w", "-U", role)).code).toBe(2);
    }
    expect(await database.asRole(SUPERUSER, "SELECT current_user")).toBe(SUPERUSER);
  });

  test("gets a changed password for the owner, and extensions that only a superuser may create", async () => {
    await database.asRole(SUPERUSER, `ALTER ROLE ${OWNER} PASSWORD 'another'`);
    expect(await database.script(template("postgres/apply-password.sh"))).toMatchObject({
      code: 0,
      stderr: "",
    });
    expect(await asService("SELECT 1")).toBe("1");

    const extensions = template("postgres/extensions.sh");
    for (const run of ["first", "second"]) {
      const { code, stderr } = await database.script(extensions, {
        EXTENSIONS: "pg_stat_statements earthdistance",
      });
      expect({ run, code, stderr }).toEqual({ run, code: 0, stderr: "" });
    }
    expect(await asService("SELECT string_agg(extname, ' ' ORDER BY extname) FROM pg_extension")).toBe(
      "cube earthdistance pg_stat_statements plpgsql",
    );
    const { code, stderr } = await database.script(extensions, { EXTENSIONS: "postgls" });
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^the image of .* has no extension "postgls", which postgres.extensions names\. Expected/,
    );
  });
});

describe("a cluster of a former version", () => {
  /** Everything that the system has of its database; the same before and after. */
  const CONTENT = `SELECT count(*), sum(id), max(title) FROM work_orders; SELECT count(*) FROM ser;
    SELECT count(*) FROM "Odd ""schema"" $(id)%s"."two\nlines; DROP TABLE x"; SELECT f(1); SELECT nextval('free_seq') > 0;
    SELECT string_agg(lomowner::regrole::text, ' ') FROM pg_largeobject_metadata; SELECT count(*) FROM rep.t`;

  const make = async (): Promise<void> => {
    await database.serve(formerDatabaseStart());
    await database.asRole(OWNER, FORMER_CLUSTER);
    await asService(CONTENT);
  };

  /** It is as a new one would be, with all that it had. */
  const isMoved = async (): Promise<void> => {
    expect(await database.asRole(SUPERUSER, RIGHTS)).toBe(OWNERS_RIGHTS);
    expect((await database.asRole(SUPERUSER, BELONGS_TO_SUPERUSER)).split("\n")).toEqual(STAYS);
    expect(
      await database.asRole(SUPERUSER, "SELECT count(*) FROM pg_roles WHERE rolname LIKE 'emaintenance%'"),
    ).toBe("1");
    expect((await asService(CONTENT)).split("\n")[0]).toBe("50|1275|o9");
    const { stderr } = await database.overNetwork(OWNER, PASSWORD, "COPY work_orders TO PROGRAM 'id'");
    expect(stderr).toContain("permission denied to COPY to or from an external program");
  };

  test("is moved: everything in it belongs to the role of the services, with the same name, password, settings and rights", async () => {
    await make();
    await database.serve(databaseStart());
    await isMoved();

    // AND everything can be changed and dropped by a migration
    expect(
      await asService(`DROP TABLE "Odd ""schema"" $(id)%s"."two\nlines; DROP TABLE x"; ALTER TABLE work_orders ADD COLUMN b int;
        DROP FUNCTION f; DROP TYPE en; REFRESH MATERIALIZED VIEW mv; SELECT lo_unlink(4711)`),
    ).toBe("1");
    expect(await asService("SHOW work_mem; SHOW search_path")).toBe('7MB\n"$user", public');
    // AND what is made from now on has the rights that were set for it
    await asService(
      "CREATE TABLE later (a int); CREATE FUNCTION later() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    );
    expect(
      await asService(
        "SELECT has_table_privilege('reader', 'later', 'SELECT'), has_function_privilege('reader', 'later()', 'EXECUTE'), has_table_privilege('reader', 'work_orders', 'SELECT')",
      ),
    ).toBe("t|f|t");
    // AND the other database, whose name is a trap, is the owner's too
    expect(
      await database.asRole(
        SUPERUSER,
        "SELECT count(*) FROM pg_database WHERE datdba = 10 AND datname LIKE 'o%'",
      ),
    ).toBe("0");
  });

  test("is moved once: another start finds it done, and if it does not know, does nothing twice", async () => {
    await make();
    await database.serve(databaseStart());
    const state = "SELECT oid, rolname, rolpassword FROM pg_authid WHERE rolname !~ '^pg_' ORDER BY 1";
    const before = await database.asRole(SUPERUSER, state);

    await database.serve(databaseStart());
    expect(await database.log()).not.toContain("the roles of the database are in place");
    await database.inside("rm", "/var/lib/postgresql/data/pgdata/emaintenance.roles");
    await database.serve(databaseStart());
    expect(await database.log()).toContain("the roles of the database are in place");

    expect(await database.asRole(SUPERUSER, state)).toBe(before);
    await isMoved();
  });

  const KILL = "\\! kill -9 -1\n";
  const { start, handOver } = databaseScripts();
  test.each([
    ["once the owner's role is made", { start, handOver: KILL + handOver }],
    ["among the tables", { start, handOver: handOver.replace("-- Rights that objects get", `${KILL}$&`) }],
    ["among the databases", { start, handOver: handOver + KILL }],
    ["before the names change", { start: start.replace(/^COMMIT;$/m, `${KILL}COMMIT;`), handOver }],
    ["once the names have changed", { start: start.replace(/^COMMIT;$/m, `COMMIT;\n${KILL}`), handOver }],
  ])("killed %s, the move is finished by the next start", async (_, scripts) => {
    await make();
    await database.start(databaseStart(["postgres"], scripts));
    await database.ended();
    expect(await database.log()).not.toContain("the roles of the database are in place");

    await database.serve(databaseStart());
    await isMoved();
  });

  test("that cannot be moved serves as before, and the deployment ends with the reason", async () => {
    await make();
    await database.asRole(OWNER, `CREATE ROLE ${SUPERUSER}`);
    await database.serve(databaseStart());

    expect(await asService("SELECT count(*) FROM work_orders")).toBe("50");
    const { code, stderr } = await database.script(template("postgres/apply-password.sh"));
    expect(code).toBe(1);
    expect(stderr).toContain(
      "another role has the name that the superuser gets. Expected no such role: rename it",
    );
  });
});
