import { BackupSystem } from "./backup-system";

/** Incompressible data, so that a dump takes room and time. */
const MIB = 48;

/** A system of which a backup can be kept from succeeding, with a table of one row. */
export async function startWithNotes(): Promise<BackupSystem> {
  const system = await BackupSystem.start({ leastFreeMiB: 0 });
  await system.sql("CREATE TABLE notes (id serial PRIMARY KEY, text text)");
  await system.sql("INSERT INTO notes (text) VALUES ('the first')");
  return system;
}

/** Adds a table of 48 MiB, or as much again to it. */
export async function makeLarge(system: BackupSystem): Promise<void> {
  await system.sql(`CREATE TABLE IF NOT EXISTS large (data bytea);
    INSERT INTO large SELECT decode(string_agg(md5(random()::text || n), ''), 'hex')
    FROM generate_series(1, ${MIB}) g, generate_series(1, 65536) n GROUP BY g`);
}

/** What a failed backup leaves: no half of a backup, no session at the database, a record and an alert that say so. */
export async function expectNothingLeft(system: BackupSystem, before: readonly string[]): Promise<void> {
  expect(system.entries).toEqual(before);
  await system.until("nothing left", async () => (await system.leftovers()).length === 0);
  const record = system.record("backup-database");
  expect(record.exitCode).not.toBe(0);
  expect(system.alerts.at(-1)).toMatchObject({ severity: "error", source: "backup-database" });
}
