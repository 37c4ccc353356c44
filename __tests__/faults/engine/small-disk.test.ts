import { readFileSync } from "node:fs";
import { run } from "../../../lib/run";
import type { BackupSystem } from "../../engine/backup/backup-system";
import { expectNothingLeft, makeLarge, startWithNotes } from "../../engine/backup/failing-backups";

jest.setTimeout(1_800_000);
const START_MS = 900_000;

let system: BackupSystem;
beforeAll(async () => {
  system = await startWithNotes();
}, START_MS);
afterAll(() => system.remove());

describe("on a small disk", () => {
  let small: BackupSystem["layout"]["backups"];
  beforeAll(async () => {
    small = system.layout.backups;
    await system.backup();
    await makeLarge(system);
    await run(["mount", "-t", "tmpfs", "-o", "size=40m,mode=0700", "tmpfs", small]);
  });
  afterAll(() => run(["umount", small]));

  test("there is no room, which is seen before anything is written", async () => {
    const before = system.entries;
    const { code, stderr } = await system.emaintenance("backup");
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /too little room in .*: 40 MiB are free. Expected \d+ MiB for this backup and 0 MiB to spare/,
    );
    expect(system.entries).toEqual(before);
  });

  test("it is not filled: a backup that grows into what must stay free is ended, and what was there is whole", async () => {
    await system.sql("DROP TABLE large");
    const before = system.entries;
    const { set } = await system.backup();
    await makeLarge(system);
    // 40 MiB are there, half as much again as the last backup is expected, and 20 stay free.
    await system.install({ leastFreeMiB: 20 });
    const { code, stderr } = await system.emaintenance("backup");
    await system.install({ leastFreeMiB: 0 });

    expect(code).toBe(1);
    expect(stderr).toMatch(/pg_dump failed/);
    expect(readFileSync(system.path("logs/schedules/backup-database.log"), "utf8")).toMatch(
      /grown into the room that must stay free/,
    );
    await expectNothingLeft(system, [...before, set].sort());
  });

  test("it gets full in the middle: the half that was written is gone, and what was there is whole", async () => {
    const before = system.entries;
    const { code, stderr } = await system.emaintenance("backup");
    expect(code).toBe(1);
    expect(stderr).toMatch(/pg_dump failed/);
    await expectNothingLeft(system, before);
    const [set = ""] = before;
    // For a server there is no room here: that does not mean that the backup is damaged.
    expect((await system.emaintenance("verify-backup", set)).stdout).toMatch(/not verified: too little room/);
    expect(await system.backups()).toEqual([expect.objectContaining({ set, verified: null, broken: null })]);
  });
});
