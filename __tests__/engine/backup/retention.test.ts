import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { BackupSystem } from "./backup-system";

jest.setTimeout(300_000);

const DAY_MS = 86_400_000;

let system: BackupSystem;
beforeEach(async () => {
  system = await BackupSystem.withoutContainers();
});

interface State {
  readonly kind?: "db" | "uploads" | "full";
  readonly verified?: boolean;
  readonly pinned?: boolean;
}

let number = 0;

/** Lays down a backup that was made so many days ago; its name. */
function backup(daysAgo: number, { kind = "db", verified, pinned }: State = {}): string {
  number += 1;
  const ended = new Date(Date.now() - daysAgo * DAY_MS - 1000);
  const stamp = ended.toISOString().replace(/[-:]/g, "").replace("T", "_").slice(0, 15);
  const name = `${kind}_${stamp}`;
  const manifest = {
    ...{ format: 1, set: name, kind, number, ended: `${ended.toISOString().slice(0, 19)}Z` },
    files: { "database.dump": { bytes: 1, sha256: "x" } },
  };
  system.write(`backups/${name}/manifest.json`, JSON.stringify(manifest));
  if (verified !== undefined) system.write(`backups/${name}/verified.json`, JSON.stringify({ ok: verified }));
  if (pinned === true) system.write(`backups/${name}/pinned`, "");
  return name;
}

const prune = (): Promise<string> => system.well("backup", "prune");
const daily = (from: number, to: number): string[] =>
  Array.from({ length: from - to + 1 }, (_, at) => backup(from - at));

describe("retention", () => {
  test("keeps thirty days", async () => {
    const backups = daily(40, 0);
    expect(await prune()).toMatch(/^11 old backups removed$/m);
    expect(system.entries).toEqual(backups.slice(11).sort());
  });

  test("keeps the newest verified backup of each kind, and pinned ones, however old they are", async () => {
    const kept = [
      backup(200, { verified: true }),
      backup(150, { pinned: true }),
      backup(140, { kind: "full", verified: true }),
    ];
    const gone = backup(130);
    const recent = daily(20, 0);
    await prune();
    expect(system.entries).toEqual([...kept, ...recent].sort());
    expect(system.entries).not.toContain(gone);
  });

  test("keeps the three newest of a kind that comes seldom, without those that failed their verification", async () => {
    const good = [
      backup(90, { kind: "uploads" }),
      backup(80, { kind: "uploads" }),
      backup(70, { kind: "uploads" }),
    ];
    const failed = backup(65, { kind: "uploads", verified: false });
    const newest = backup(60, { kind: "uploads", verified: false });
    daily(20, 0);
    await prune();
    expect(system.entries).toEqual(expect.arrayContaining([...good, newest]));
    expect(system.entries).not.toContain(failed);
  });

  test("removes nothing after 31 days of failures, and the last good backup is there", async () => {
    const backups = daily(70, 32);
    expect(await prune()).toMatch(/no backup removed: the newest backup is older than 30 days/);
    expect(system.entries).toEqual([...backups].sort());

    const newest = backup(0);
    expect(await prune()).toMatch(/no backup removed: there was no backup for 30 days before the newest/);
    expect(system.entries).toEqual([...backups, newest].sort());
  });

  test("removes nothing when the clock has jumped", async () => {
    const backups = [...daily(10, 0), backup(-400)];
    expect(await prune()).toMatch(/no backup removed: the newest backup is of a time to come/);
    // The clock is right again: the backup of the time to come is not the newest.
    backups.push(backup(0.01));
    expect((await system.backups())[0]?.set).toBe(backups.at(-1));
    await prune();
    expect(system.entries).toEqual([...backups].sort());
  });

  test("says beforehand what would go, and why the rest stays", async () => {
    const old = daily(40, 31);
    daily(30, 0);
    const said = await system.well("backup", "prune", "--dry-run");
    expect(said).toMatch(new RegExp(`^${old[0]}  would be removed$`, "m"));
    expect(said).toMatch(/newest of its kind$/m);
    expect(system.entries).toHaveLength(41);
  });

  test("thins what is older: one of each week and month", async () => {
    await system.install({ thinning: { weeks: 8, months: 6 } });
    daily(200, 0);
    await prune();
    const beyond = system.entries.length - 31;
    // Weeks 5 to 8, and months 2 to 6 and the one that is cut; some backups are both.
    expect(beyond).toBeGreaterThanOrEqual(6);
    expect(beyond).toBeLessThanOrEqual(12);
  });

  test("leaves a backup alone that a program is reading", async () => {
    const [oldest = ""] = daily(40, 0);
    const reader = spawn("flock", ["-s", join(system.layout.backups, oldest, "manifest.json"), "cat"]);
    await system.until("the lock", async () =>
      (await prune()).includes(`kept the backup ${oldest}: it is in use`),
    );
    reader.stdin.end();
    await once(reader, "close");
    await prune();
    expect(system.entries).not.toContain(oldest);
  });

  test("leaves what it cannot read, and what is no backup", async () => {
    daily(20, 0);
    for (const name of ["db_20200101_000000", "notes"]) mkdirSync(join(system.layout.backups, name));
    system.write("backups/db_20200101_000000/manifest.json", "{");
    await prune();
    expect(system.entries).toEqual(expect.arrayContaining(["db_20200101_000000", "notes"]));
    expect(await system.well("backups")).toMatch(/db_20200101_000000 .*no: its manifest cannot be read/);
    rmSync(join(system.layout.backups, "notes"), { recursive: true });
  });
});
