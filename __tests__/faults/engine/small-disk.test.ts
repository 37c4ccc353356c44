import { readFileSync } from "node:fs";
import { run } from "../../../rehearsal/run";
import { BackupSystem } from "../../engine/backup/backup-system";

jest.setTimeout(1_800_000);
const START_MS = 900_000;

/** Incompressible data, so that a dump takes room and time. */
const MIB = 48;

let system: BackupSystem;
beforeAll(async () => {
  system = await BackupSystem.start({ leastFreeMiB: 0 });
  await system.sql("CREATE TABLE notes (id serial PRIMARY KEY, text text)");
  await system.sql("INSERT INTO notes (text) VALUES ('the first')");
}, START_MS);
afterAll(() => system.remove());

async function makeLarge(): Promise<void> {
  await system.sql(`CREATE TABLE IF NOT EXISTS large (data bytea);
    INSERT INTO large SELECT decode(string_agg(md5(random()::text || n), ''), 'hex')
    FROM generate_series(1, ${MIB}) g, generate_series(1, 65536) n GROUP BY g`);
}

/** What a failed backup leaves: no half of a set, nobody at the database, a record and an alert that say so. */
async function expectNothingLeft(before: readonly string[]): Promise<void> {
  expect(system.entries).toEqual(before);
  await system.until("nothing left", async () => (await system.leftovers()).length === 0);
  const record = system.record("backup-database");
  expect(record.exitCode).not.toBe(0);
  expect(system.alerts.at(-1)).toMatchObject({ severity: "error", source: "backup-database" });
}

describe("on a small disk", () => {
  let small: BackupSystem["layout"]["backups"];
  beforeAll(async () => {
    small = system.layout.backups;
    await system.backup();
    await makeLarge();
    await run(["mount", "-t", "tmpfs", "-o", "size=40m,mode=0700", "tmpfs", small]);
  });
  afterAll(() => run(["umount", small]));

  test("there is no room, which is seen before anything is written", async () => {
    const before = system.entries;
    const { code, stderr } = await system.emaintenance("backup");
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /too little room in .*: 40 MiB are free. Expected \d+ MiB for this set and 0 MiB to spare/,
    );
    expect(system.entries).toEqual(before);
  });

  test("it is not filled: a set that grows into what must stay free is ended, and what was there is whole", async () => {
    await system.sql("DROP TABLE large");
    const before = system.entries;
    const { set } = await system.backup();
    await makeLarge();
    // 40 MiB are there, half as much again as the last set is expected, and 20 stay free.
    await system.install({ leastFreeMiB: 20 });
    const { code, stderr } = await system.emaintenance("backup");
    await system.install({ leastFreeMiB: 0 });

    expect(code).toBe(1);
    expect(stderr).toMatch(/pg_dump failed/);
    expect(readFileSync(system.path("logs/schedules/backup-database.log"), "utf8")).toMatch(
      /grown into the room that must stay free/,
    );
    await expectNothingLeft([...before, set].sort());
  });

  test("it gets full in the middle: the half that was written is gone, and what was there is whole", async () => {
    const before = system.entries;
    const { code, stderr } = await system.emaintenance("backup");
    expect(code).toBe(1);
    expect(stderr).toMatch(/pg_dump failed/);
    await expectNothingLeft(before);
    const [set = ""] = before;
    // For a server there is no room here: that is no word against the set.
    expect((await system.emaintenance("verify-backup", set)).stdout).toMatch(/not verified: too little room/);
    expect(await system.sets()).toEqual([expect.objectContaining({ set, verified: null, broken: null })]);
  });
});
