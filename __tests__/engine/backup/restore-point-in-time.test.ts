import { renameSync } from "node:fs";
import { join } from "node:path";
import { waitFor } from "../../../lib/run";
import { HOSTILE_SCHEMAS } from "../../support/hostile-names";
import { temporaryFolder } from "../../support/temporary-folder";
import { HostileWorkplace } from "../hostile/hostile-place";
import { ArchivedSystem } from "./archived-system";
import { WriteLoad } from "./write-load";

jest.setTimeout(300_000);

/** The first test on a machine builds the images. */
const START_MS = 900_000;

let system: ArchivedSystem;
beforeAll(async () => {
  system = await ArchivedSystem.start(temporaryFolder());
  await system.sql("CREATE TABLE written (n bigint PRIMARY KEY)");
  await system.base();
  await system.check();
}, START_MS);
afterAll(() => system?.remove());

/** Writes rows until some are confirmed. @returns the highest number of them */
async function write(from: number): Promise<number> {
  const load = WriteLoad.start(system.operated.container("postgres"), from);
  await waitFor("written rows", 60, () => Promise.resolve(load.confirmed >= from + 50));
  return load.stop();
}

describe("emaintenance restore point-in-time", () => {
  test("brings back every row that was confirmed before the database was dropped", async () => {
    const load = WriteLoad.start(system.operated.container("postgres"));
    await waitFor("written rows", 60, () => Promise.resolve(load.confirmed > 100));
    const confirmed = load.confirmed;
    const target = await system.now();
    await system.later(target, 1);
    await system.sql("DROP DATABASE emaintenance WITH (FORCE)", "postgres");
    await load.stop();

    const { code, stdout, stderr } = await system.restore("--to", target);

    expect(stderr).toBe("");
    expect(code).toBe(0);
    expect(stdout).toContain("every row of the restored databases was read");
    const [highest, missing] = (await system.written()).split(" ").map(Number);
    expect(highest).toBeGreaterThanOrEqual(confirmed);
    expect(missing).toBe(0);
  });

  test("keeps the files from before, and starts a new archive of the restored database", async () => {
    expect(system.retired).toEqual([expect.stringMatching(/^pgdata\.before_\d{14}$/)]);
    await system.archiving();

    expect(await system.check()).toMatchObject({ trouble: null, hole: true });
    const { code, stderr } = await system.restore("--latest");
    expect(code).toBe(1);
    expect(stderr).toContain("the archive began again and has no base backup since");

    await system.base();
  });

  test("brings back every confirmed row with --latest, also of a database with hostile names that cannot start any more", async () => {
    const place = new HostileWorkplace();
    await system.sql(`${HOSTILE_SCHEMAS.join(";")};
      ALTER DATABASE emaintenance SET evil.setting = 'a[$(id>executed)]'`);
    const [highest = 0] = (await system.written()).split(" ").map(Number);
    const confirmed = await write(highest + 1);
    await system.check();
    await system.operated.docker("stop", system.operated.container("postgres"));
    const cluster = join(system.root, "data/postgres/pgdata");
    renameSync(join(cluster, "global/pg_control"), join(cluster, "global/pg_control.gone"));

    const { code, stdout, stderr } = await system.emaintenance(
      ["restore", "point-in-time", "--latest", "--yes"],
      { cwd: place.folder, timeoutSeconds: 240 },
    );

    expect(stderr).toBe("");
    expect(code).toBe(0);
    expect(stdout).toContain("the database does not answer");
    expect(place.damage).toEqual([]);
    expect(
      Number(await system.sql("SELECT count(*) FROM pg_namespace WHERE nspname LIKE '%executed%'")),
    ).toBe(HOSTILE_SCHEMAS.filter((line) => /^CREATE SCHEMA.*executed/s.test(line)).length);
    expect(await system.written()).toBe(`${confirmed} 0`);
  });

  test.each([
    [
      "a time before the first base backup",
      ["--to", "2020-01-01 00:00:00Z"],
      1,
      "no base backup is older than 2020-01-01",
    ],
    ["a time to come", ["--to", "2199-01-01 00:00:00Z"], 2, "a time that has passed"],
    ["a time without a zone", ["--to", "2026-01-31 12:34:56"], 2, "a time with its zone"],
    ["no time at all", [], 2, "--to TIME or --latest"],
  ])("refuses %s", async (_what, args, expected, message) => {
    const { code, stderr } = await system.restore(...args);

    expect(code).toBe(expected);
    expect(stderr).toContain(message);
  });
});
