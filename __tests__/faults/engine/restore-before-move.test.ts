import { waitFor } from "../../../lib/run";
import { OWNER } from "../../support/database-start";
import { temporaryFolder } from "../../support/temporary-folder";
import { ArchivedSystem } from "../../engine/backup/archived-system";

/** The first test on a machine builds the images. */
jest.setTimeout(900_000);

let system: ArchivedSystem;
afterAll(() => system?.remove());

/** The server's clock. */
const now = () => system.sql("SELECT clock_timestamp()");

const later = (time: string) => {
  const passed = `SELECT clock_timestamp() > '${time}'::timestamptz + interval '2 seconds'`;
  return waitFor("two seconds more", 30, async () => (await system.sql(passed)) === "t");
};

test("a time when the services were still superuser is restored, and afterwards they are no superuser", async () => {
  // GIVEN a base backup, rows and a recovery target time of a former version
  system = await ArchivedSystem.start(temporaryFolder(), true);
  await system.sql("CREATE TABLE written (n int); INSERT INTO written VALUES (1)");
  await system.base();
  // A base backup counts from the second after its end.
  await later(await now());
  await system.sql("INSERT INTO written VALUES (2)");
  const target = await now();
  await later(target);
  await system.moveRoles();
  await system.sql("INSERT INTO written VALUES (3)");

  // WHEN
  const words = ["restore", "point-in-time", "--to", target, "--yes"];
  const { code, stderr } = await system.emaintenance(words, { timeoutSeconds: 240 });

  // THEN
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(await system.sql("SELECT string_agg(n::text, ' ' ORDER BY n) FROM written")).toBe("1 2");
  expect(await system.sql(`SELECT rolsuper FROM pg_roles WHERE rolname = '${OWNER}'`)).toBe("f");
  expect(await system.sql("SELECT relowner::regrole FROM pg_class WHERE relname = 'written'")).toBe(OWNER);
  await system.archiving();
});
