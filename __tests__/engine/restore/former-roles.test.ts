import { readFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "../../../lib/run";
import { OWNER } from "../../support/database-start";
import { temporaryFolder } from "../../support/temporary-folder";
import { OperatedSystem } from "../host/operated-system";
import { RestoredSystem } from "./restored-system";

/** The first test on a machine builds the images. */
jest.setTimeout(900_000);

/** Objects of every kind; its tables have other names than those of the restored system. */
const FORMER_CLUSTER = readFileSync(join(__dirname, "../database/former-cluster.sql"), "utf8")
  .replaceAll("work_orders", "orders")
  .replace(/CREATE DATABASE[^;]*;/, "");

const OWNED = `SELECT string_agg(DISTINCT relowner::regrole::text, ' ' ORDER BY relowner::regrole::text) FROM pg_class
  WHERE oid >= 16384 AND relkind IN ('r', 'v', 'm', 'p', 'f', 'S') AND relname !~ '^pg_'`;

describe("backups that were made while services were the superuser of the database", () => {
  let system: RestoredSystem;
  let backups: { database: string; full: string; plain: string };
  const restore = async (...args: readonly string[]) => {
    const { code, stdout, stderr } = await system.restore(...args, "--yes", "--without-safety-dump");
    expect({ code, stderr, stdout: code === 0 ? "" : stdout }).toEqual({ code: 0, stderr: "", stdout: "" });
  };

  beforeAll(async () => {
    const folder = temporaryFolder();
    system = await RestoredSystem.on(await OperatedSystem.start(folder, { formerRoles: true }), folder);
    await system.sql(FORMER_CLUSTER);
    await system.sql("GRANT reporting TO reader");
    backups = {
      database: await system.backUp("database"),
      full: await system.backUp("full"),
      plain: await system.backUp("database", "--plain"),
    };
    await system.operated.moveRoles();
    await system.sql('TRUNCATE "odd Name", work_orders');
  });
  afterAll(() => system?.remove());

  /** What was restored belongs to the role of the services, who is no superuser. */
  const isTheOwners = async (): Promise<void> => {
    expect(await system.rows()).toBe("5000 1000");
    expect(await system.sql(OWNED)).toBe("postgres reporting");
    const container = system.operated.container("postgres");
    const copy = ["psql", "-XAtq", "-U", OWNER, "-d", "emaintenance", "-c", "COPY orders TO PROGRAM 'id'"];
    const { code, stderr } = await run(["docker", "exec", container, ...copy], { allowFailure: true });
    expect(code).toBe(1);
    expect(stderr).toContain("permission denied to COPY to or from an external program");
    expect(await system.sql("SELECT count(*) FROM pg_event_trigger")).toBe("1");
    expect(await system.leftovers()).toEqual([]);
  };

  test("are restored into the present roles: the database alone", async () => {
    await restore("database", backups.database);
    await isTheOwners();
  });

  test("as SQL text, which goes in as it is: an event trigger in it is a reason to refuse, and everything stays", async () => {
    const { code, stdout, stderr } = await system.restore(
      "database",
      backups.plain,
      "--yes",
      "--without-safety-dump",
    );
    expect(code).toBe(1);
    expect(stdout + stderr).toContain("The owner of an event trigger must be a superuser");
  });

  test("with everything, on a server without its roles", async () => {
    await system.sql("DROP DATABASE emaintenance WITH (FORCE)", "postgres");
    await system.sql("DROP ROLE reader; DROP ROLE reporting", "postgres");

    await restore("full", backups.full);

    await isTheOwners();
    expect(await system.sql("SELECT pg_has_role('reader', 'reporting', 'USAGE')")).toBe("t");
    expect(await system.sql("SELECT datdba::regrole FROM pg_database WHERE datname = 'emaintenance'")).toBe(
      OWNER,
    );
  });

  test("and backups that are made from now on are verified and restored", async () => {
    // SQL text names roles that a new cluster, in which it is verified, does not have; the owner's is made there.
    await system.sql(`DROP EVENT TRIGGER evtr; DROP PUBLICATION pub_all; REASSIGN OWNED BY reporting TO ${OWNER};
      DROP OWNED BY reader, reporting`);
    const [plain, custom] = [await system.backUp("database", "--plain"), await system.backUp("full")];
    for (const backup of [plain, custom]) {
      const { code, stdout } = await system.emaintenance(["verify-backup", backup]);
      expect({ code, stdout: code === 0 ? "" : stdout }).toEqual({ code: 0, stdout: "" });
    }
    await restore("database", plain);
    await restore("full", custom);
    expect(await system.sql(OWNED)).toBe("postgres");
  });
});
