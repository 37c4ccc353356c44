import { appendFileSync, existsSync, readdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import { waitFor } from "../../../lib/run";
import { ArchivedSystem } from "../../engine/backup/archived-system";
import { temporaryFolder } from "../../support/temporary-folder";

jest.setTimeout(300_000);

/** The first test on a machine builds the images. */
const START_MS = 900_000;

let system: ArchivedSystem;
beforeAll(async () => {
  system = await ArchivedSystem.start(temporaryFolder());
  await system.sql(
    "CREATE TABLE written (n bigint PRIMARY KEY); INSERT INTO written SELECT generate_series(1, 50)",
  );
}, START_MS);
afterAll(() => system?.remove());

describe("emaintenance restore point-in-time", () => {
  test("leaves everything as it was when the log is damaged or has a gap", async () => {
    await system.archiving();
    await system.base();
    const before = await system.written();
    const folders = system.retired;
    const { generation } = await system.check();
    const wal = join(system.root, "backups/point-in-time", generation, "wal");
    for (let segment = 0; segment < 4; segment += 1) {
      await system.sql("SELECT pg_logical_emit_message(false, 'test', 'x'); SELECT pg_switch_wal()");
    }
    await waitFor("compressed segments", 60, async () => {
      await system.check();
      return readdirSync(wal).filter((name) => name.endsWith(".gz")).length >= 4;
    });
    const damaged = join(
      wal,
      readdirSync(wal)
        .filter((name) => name.endsWith(".gz"))
        .sort()
        .at(-1) ?? "",
    );
    appendFileSync(damaged, "damage");
    const { code, stderr } = await system.restore("--latest");
    expect(code).toBe(1);
    expect(stderr).toContain("the log could not be replayed");

    renameSync(damaged, join(system.root, "gone.gz"));
    await system.archiving();
    const gap = await system.restore("--latest");
    expect(gap.code).toBe(1);
    expect(gap.stderr).toContain("the log is not whole");
    renameSync(join(system.root, "gone.gz"), damaged);

    expect(await system.written()).toBe(before);
    expect(system.retired).toEqual(folders);
    expect(existsSync(join(system.root, "status/restore.journal"))).toBe(false);
    expect((await system.check()).generation).toBe(generation);
  });
});
