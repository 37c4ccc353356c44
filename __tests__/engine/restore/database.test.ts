import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { temporaryFolder } from "../../support/temporary-folder";
import { RestoredSystem } from "./restored-system";

jest.setTimeout(600_000);

/** The first test on a machine builds the images. */
const START_MS = 900_000;

const ROWS = "5000 1000";

let system: RestoredSystem;
let backup: string;
beforeAll(async () => {
  system = await RestoredSystem.start(temporaryFolder());
  backup = await system.backUp("database");
  // What the backup does not have, so that one sees which database is there.
  await system.sql("INSERT INTO work_orders (title) VALUES ('after the backup')");
}, START_MS);
afterAll(() => system?.remove());

const AFTER = "5001 1000";

/** Everything that a restore could change; the same before and after one that failed. */
const state = () => system.state();

describe("before anything is touched", () => {
  let before: Awaited<ReturnType<typeof state>>;
  beforeAll(async () => {
    await system.redis("SET", "session", "mine");
    before = await state();
  });
  afterEach(async () => expect(await state()).toEqual(before));

  test("the plan is printed, and with --dry-run nothing else happens", async () => {
    const { code, stdout } = await system.restore("database", "--dry-run");

    expect(code).toBe(0);
    expect(stdout).toMatch(
      new RegExp(
        `^restore database from ${backup}: of 20.*, release 1.4.0, .*, not verified yet\n  1\\. checks the backup`,
      ),
    );
    expect(stdout).toContain("stops web user-service");
    expect(system.audit).toEqual([]);
  });

  test("without a terminal and --yes, it refuses", async () => {
    const { code, stderr } = await system.restore("database");

    expect(stderr).toBe(
      "emaintenance: restore overwrites data, and there is no terminal to ask at. Expected --yes. Try: emaintenance restore --help.\n",
    );
    expect(code).toBe(2);
  });

  test("a backup with one flipped byte is refused, by name of the file", async () => {
    const file = system.backupFile(backup, "database.dump");
    const good = readFileSync(file);
    const bad = Buffer.from(good);
    bad[Math.floor(bad.length / 2)]! ^= 1;
    writeFileSync(file, bad);
    const { code, stderr } = await system.restore("database", backup, "--yes");
    writeFileSync(file, good);

    expect(stderr).toContain(
      `${backup} is not what was backed up: database.dump has changed since it was written: its SHA-256 is another`,
    );
    expect(code).toBe(1);
    expect(system.audit.at(-1)).toMatchObject({
      set: backup,
      result: expect.stringMatching(/^refused: .* is not what was backed up/) as string,
    });
  });

  test.each([
    ["of a newer PostgreSQL", { major: 99 }, /is of PostgreSQL 99, and this server is 17/],
    [
      "for which there is no room",
      { bytes: 1e15 },
      /are free where the database is. Expected 953674317 MiB for the restored one/,
    ],
  ])("a backup %s is refused", async (_, facts, message) => {
    const manifest = readFileSync(system.backupFile(backup, "manifest.json"));
    system.changeManifest(backup, (changed) => Object.assign(changed.postgres as object, facts));
    const { code, stderr } = await system.restore("database", backup, "--yes");
    writeFileSync(system.backupFile(backup, "manifest.json"), manifest);

    expect(stderr).toMatch(message);
    expect(code).toBe(1);
  });

  test.each([
    [["database", "db_20200101_000000", "--yes"], 3, /there is no backup db_20200101_000000/],
    [["database", "../etc", "--yes"], 2, /got "..\/etc". Expected the name of a backup/],
    [["full", "--yes"], 1, /there is no backup to restore \(full\)/],
    [["everything"], 2, /restore got "everything". Expected database, uploads, full/],
    [["database", "--force"], 2, /restore has no option --force/],
  ])("%j is refused with a sentence", async (args, expected, message) => {
    const { code, stderr } = await system.restore(...args);
    expect(stderr).toMatch(message);
    expect(code).toBe(expected);
  });
});

describe("a restore that does not come to its end leaves everything as it was", () => {
  let before: Awaited<ReturnType<typeof state>>;
  beforeAll(async () => {
    before = await state();
  });

  test.each([
    ["after", "stopped"],
    ["after", "previous"],
    ["before", "complete"],
  ] as const)("killed %s it wrote down %s: that is an alert, and --recover undoes it", async (when, step) => {
    const restore = ["database", backup, "--yes", "--without-safety-dump"];
    expect((await system.restoreKilled(when, step, ...restore)).code).toBe(137);
    expect(system.alerts.at(-1)).toMatchObject({
      severity: "warning",
      message: expect.stringMatching(
        /^a restore is under way since .* If it was killed: emaintenance restore --recover$/,
      ) as string,
    });
    expect((await system.restore(...restore)).stderr).toContain("a restore was killed before its end");

    const { code, stderr } = await system.restore("--recover");
    expect({ code, stderr, ...(await state()) }).toEqual({ code: 0, stderr: "", ...before });
  });

  test("that was killed is undone once", async () => {
    expect((await system.restore("--recover")).stdout).toBe(
      "no restore was killed: there is nothing to undo\n",
    );
  });

  test("ended by a signal: it undoes itself at once", async () => {
    const program = join(system.root, "deploy/Server/scripts/emaintenance.sh");
    const restore = spawn(program, ["restore", "database", backup, "--yes", "--without-safety-dump"]);
    restore.stdout.on("data", (text: Buffer) => {
      if (text.toString().includes("restoring into")) restore.kill("SIGTERM");
    });
    const [code] = (await once(restore, "exit")) as [number];

    expect(code).toBe(143);
    expect(await state()).toEqual(before);
    expect(system.audit.at(-1)).toMatchObject({ result: "undone: ended by a signal" });
  });

  test("with other rows than the manifest has: it is not put in place", async () => {
    const manifest = readFileSync(system.backupFile(backup, "manifest.json"));
    system.changeManifest(backup, (changed) =>
      Object.assign(changed.rowCounts as object, { "public.work_orders": 5002 }),
    );
    const { code, stderr } = await system.restore("database", backup, "--yes", "--without-safety-dump");
    writeFileSync(system.backupFile(backup, "manifest.json"), manifest);

    expect(stderr).toContain("public.work_orders: 5000 instead of 5002");
    expect(code).toBe(1);
    expect(await state()).toEqual(before);
  });

  test("while another runs, or a backup: the second is refused, and the first unharmed", async () => {
    const both = await Promise.all([
      system.restore("database", backup, "--yes", "--without-safety-dump"),
      system.restore("database", backup, "--yes", "--without-safety-dump"),
    ]);
    expect(both.map(({ code }) => code).sort()).toEqual([0, 4]);
    expect(both.map(({ stderr }) => stderr).join("")).toContain("another restore is under way");
    expect(await system.rows()).toBe(ROWS);
  });
});

describe("emaintenance restore database", () => {
  test("replaces the database, and what was there is a backup of its own, which brings it back", async () => {
    await system.sql("INSERT INTO work_orders (title) VALUES ('after the backup')");
    await system.redis("SET", "session", "mine");

    const first = await system.restore("database", backup, "--yes");
    expect({ code: first.code, stderr: first.stderr }).toEqual({ code: 0, stderr: "" });
    expect(await system.rows()).toBe(ROWS);
    expect(await system.redis("GET", "session")).toBe("");
    expect(await system.leftovers()).toEqual([]);

    const saved = system.backups.filter((name) => name !== backup);
    expect(
      JSON.parse(readFileSync(system.backupFile(saved[0] ?? "", "manifest.json"), "utf8")),
    ).toMatchObject({
      reason: "before-restore",
    });
    const back = await system.restore("database", saved[0] ?? "", "--yes", "--keep-sessions");
    expect(back.code).toBe(0);
    expect(await system.rows()).toBe(AFTER);
  });

  test("brings back a database that was dropped, from the newest backup", async () => {
    await system.sql("DROP DATABASE emaintenance WITH (FORCE)", "postgres");

    const { code, stdout } = await system.restore("database", "--yes");

    expect(code).toBe(0);
    expect(stdout).toContain("no pre-restore backup: there is no database emaintenance to save");
    expect(stdout).toContain("rows as in the manifest: 2 tables, ");
    expect(await system.leftovers()).toEqual([]);
    expect(system.audit.at(-1)).toMatchObject({ what: "restore database", result: "restored" });
    expect(system.alerts.at(-1)).toMatchObject({ severity: "info", source: "restore" });
    expect(existsSync(join(system.root, "status/restore.journal"))).toBe(false);
  });
});
