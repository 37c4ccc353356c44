import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run, waitFor } from "../../../lib/run";
import { temporaryFolder } from "../../support/temporary-folder";
import { ArchivedSystem, MAX_WAL_MIB, SLOT_LIMIT_MIB } from "./archived-system";
import { WriteLoad } from "./write-load";

jest.setTimeout(240_000);

/** The first test on a machine builds the images. */
const START_MS = 900_000;

/** Size of a segment of the log. */
const SEGMENT_MIB = 16;

/** What is written while the archive is stalled: far more than the limit. */
const WRITTEN_MIB = 480;

let system: ArchivedSystem;
beforeAll(async () => {
  system = await ArchivedSystem.start(temporaryFolder());
  await system.sql("CREATE TABLE written (n bigint PRIMARY KEY)");
}, START_MS);
afterAll(() => system?.remove());

/** The main process of a container, killed at once; Docker starts it again as after a crash. */
async function kill(container: string): Promise<void> {
  const { stdout } = await run(["docker", "inspect", "--format", "{{.State.Pid}}", container]);
  process.kill(Number(stdout.trim()), "SIGKILL");
}

/** Places of the archived segments in the log of timeline 1, each once. */
const places = () => {
  const names = system.archivedFiles.map((name) => name.slice(0, 24));
  return [...new Set(names)].map((name) => parseInt(name.slice(16), 16)).sort((a, b) => a - b);
};

/** Fills segments of the log, as far as the archive can tell. */
const nextSegment = (count = 1) =>
  system.sql("SELECT pg_logical_emit_message(false, 'test', 'x'); SELECT pg_switch_wal();\n".repeat(count));

describe("the archive of the write-ahead log", () => {
  test("keeps up, and says so", async () => {
    const state = await system.check();

    expect(state).toMatchObject({
      trouble: null,
      behindBytes: 0,
      hole: false,
      bases: [],
      restorableFrom: null,
    });
    expect(state.secondsBehind).toBeLessThan(15);
  });

  test("has a base backup, from whose end on any point in time can be restored", async () => {
    await system.base();

    const { bases, restorableFrom, generation } = await system.check();

    expect(bases).toHaveLength(1);
    expect(bases[0]?.generation).toBe(generation);
    expect(restorableFrom).toBe(bases[0]?.ended);
  });

  test("has no gap when its program and the database's are killed under load", async () => {
    const { generation } = await system.check();
    const first = WriteLoad.start(system.operated.container("postgres"));
    await waitFor("written rows", 60, () => Promise.resolve(first.confirmed > 50));
    await kill(system.archiveContainer);
    await nextSegment();
    await nextSegment();
    await system.archiving();
    await system.operated.docker("restart", system.operated.container("postgres"));
    await system.operated.healthy("postgres");
    await system.archiving();
    await nextSegment();

    const state = await system.check();

    expect(state).toMatchObject({ generation, trouble: null, behindBytes: 0, hole: false });
    const found = places();
    expect(found.length).toBeGreaterThan(3);
    expect(found).toEqual(found.map((_, at) => (found[0] ?? 0) + at));
  });

  test("is compressed but for what is being written", async () => {
    await nextSegment();
    await system.check();
    await system.check();

    const whole = system.archivedFiles.filter((name) => !name.endsWith(".partial"));

    expect(whole.filter((name) => !name.endsWith(".gz"))).toEqual([]);
  });

  test("keeps the base backup that leads into the last days, and removes what only older ones need", async () => {
    await system.base();
    const [old, recent] = (await system.check()).bases;
    const folder = join(system.root, "backups/point-in-time", String(old?.generation), "base");
    const aged = (base: string | undefined, days: number) => {
      const file = join(folder, String(base), "manifest.json");
      const manifest = JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>;
      const ended = new Date(Date.now() - days * 86_400_000).toISOString().replace(/\.\d+/, "");
      writeFileSync(file, JSON.stringify({ ...manifest, ended }));
      return String(manifest.firstSegment);
    };
    aged(old?.base, 30);
    aged(recent?.base, 20);
    await system.check();
    // The newest itself is too old: then nothing goes.
    expect(readdirSync(folder)).toHaveLength(2);

    const firstNeeded = aged(recent?.base, 15);
    await system.base();
    const { bases } = await system.check();

    expect(bases.map(({ base }) => base)).not.toContain(old?.base);
    expect(bases).toHaveLength(2);
    expect(Math.min(...places())).toBe(parseInt(firstNeeded.slice(16), 16));
  });

  test("does not let the disk fill when it stalls, raises an alert, and begins again", async () => {
    const before = await system.check();
    await system.operated.docker("stop", system.archiveContainer);
    await nextSegment(WRITTEN_MIB / SEGMENT_MIB);
    await system.sql("CHECKPOINT; CHECKPOINT");

    const { stdout: size } = await run(["du", "-sm", join(system.root, "data/postgres/pgdata/pg_wal")]);
    // What the slot may keep, what the server keeps for itself, and the segments at both ends.
    expect(Number(size.split("\t")[0])).toBeLessThan(SLOT_LIMIT_MIB + MAX_WAL_MIB + 3 * SEGMENT_MIB);
    // As if the archive had been stalled for the limit of 60 seconds.
    const file = join(system.root, "status/point-in-time/state.json");
    const state = JSON.parse(readFileSync(file, "utf8")) as { archivedAt: number };
    writeFileSync(file, JSON.stringify({ ...state, archivedAt: state.archivedAt - 120 }));
    const { code, stdout } = await system.emaintenance(["point-in-time"]);
    expect(code).toBe(1);
    expect(stdout).toContain(
      "the archive stood still until the server had to let go of what was not archived yet: 64 MiB",
    );
    expect(system.alerts.at(-1)).toMatchObject({ severity: "error", source: "point-in-time-check" });

    await system.operated.docker("start", system.archiveContainer);
    await system.archiving();
    const after = await system.check();
    expect(after).toMatchObject({ trouble: null, hole: true });
    expect(after.generation).not.toBe(before.generation);
    expect(system.alerts.map(({ source }) => source)).toContain("point-in-time-generation");

    await system.base();
    expect(await system.check()).toMatchObject({ hole: false });
    expect(system.alerts.at(-1)).toMatchObject({ severity: "info", source: "point-in-time-generation" });
  });
});
