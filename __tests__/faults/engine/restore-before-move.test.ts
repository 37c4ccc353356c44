import { OWNER } from "../../support/database-start";
import { temporaryFolder } from "../../support/temporary-folder";
import { ArchivedSystem } from "../../engine/backup/archived-system";

/** The first test on a machine builds the images. */
jest.setTimeout(900_000);

let system: ArchivedSystem;
afterAll(() => system?.remove());

test("a time when the services were still superuser is restored, and afterwards they are no superuser", async () => {
  // GIVEN a base backup, rows and a recovery target time of a former version
  system = await ArchivedSystem.start(temporaryFolder(), true);
  await system.sql("CREATE TABLE written (n int); INSERT INTO written VALUES (1)");
  await system.base();
  // A base backup counts from the second after its end.
  await system.later(await system.now(), 2);
  await system.sql("INSERT INTO written VALUES (2)");
  const target = await system.now();
  await system.later(target, 2);
  await system.moveRoles();
  await system.sql("INSERT INTO written VALUES (3)");

  // WHEN
  const { code, stderr } = await system.restore("--to", target);

  // THEN
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(await system.sql("SELECT string_agg(n::text, ' ' ORDER BY n) FROM written")).toBe("1 2");
  expect(await system.sql(`SELECT rolsuper FROM pg_roles WHERE rolname = '${OWNER}'`)).toBe("f");
  expect(await system.sql("SELECT relowner::regrole FROM pg_class WHERE relname = 'written'")).toBe(OWNER);
  await system.archiving();
});
