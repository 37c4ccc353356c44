import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "../../../lib/run";
import { BackupSystem } from "./backup-system";

jest.setTimeout(1_800_000);

/** The first test on a machine builds the images. */
const START_MS = 900_000;

let system: BackupSystem;
beforeAll(async () => {
  system = await BackupSystem.start();
  await system.sql(`
    CREATE TABLE assets (id int PRIMARY KEY, name text NOT NULL);
    CREATE TABLE work_orders (id serial PRIMARY KEY, asset int REFERENCES assets, at timestamptz DEFAULT now());
    CREATE SCHEMA "other Schema";
    CREATE TABLE "other Schema"."odd ""name" (id int);
    INSERT INTO assets SELECT g, 'asset ' || g FROM generate_series(1, 1000) g;`);
  system.write("data/work-order-uploads/1/photo of a pump.jpg", "a photo");
  system.write("data/asset-uploads/manual.pdf", "a manual");
}, START_MS);
afterAll(() => system.remove());

const folder = (backup: string): string => join(system.layout.backups, backup);
const sha256 = (file: string): string => createHash("sha256").update(readFileSync(file)).digest("hex");

describe("a backup of the database", () => {
  test("holds every row that was committed before it began, under a load of writes", async () => {
    let writing = true;
    let committed = 0;
    const writer = (async () => {
      while (writing) {
        await system.sql("INSERT INTO work_orders (asset) SELECT 1 FROM generate_series(1, 10)");
        committed += 10;
      }
    })();
    const before = committed;
    const manifest = await system.backup("database");
    writing = false;
    await writer;

    expect(manifest.rowCounts).toEqual({
      "public.assets": 1000,
      "public.work_orders": expect.any(Number) as number,
      'other Schema.odd "name': 0,
    });
    expect(manifest.rowCounts["public.work_orders"]).toBeGreaterThanOrEqual(before);
    expect(manifest.rowCounts["public.work_orders"]).toBeLessThanOrEqual(committed);
    expect(await system.well("verify-backup", manifest.set)).toMatch(
      /restored and checked: \d+ rows of 3 tables/,
    );
  });

  test("is read by a container next to the server's, with little of the processor and no network", async () => {
    const reader = ["docker", "ps", "--quiet", "--filter", `label=${system.prefix}.throwaway=reader`];
    const { code } = await system.whileDumping(async () => {
      const [id = ""] = (await run(reader)).stdout.split("\n");
      const { HostConfig } = (
        JSON.parse((await run(["docker", "inspect", id])).stdout) as {
          HostConfig: Record<string, unknown>;
        }[]
      )[0] ?? { HostConfig: {} };
      expect(HostConfig).toMatchObject({
        CpuShares: 64,
        NetworkMode: "none",
        CapDrop: ["ALL"],
        LogConfig: { Type: "none" },
      });
    });

    expect(code).toBe(0);
    expect((await run(reader)).stdout).toBe("");
  });

  test("is root's alone, and its manifest has size and digest of each file", async () => {
    const { set, files } = await system.backup();

    expect(statSync(folder(set)).mode & 0o777).toBe(0o700);
    expect(readdirSync(folder(set)).sort()).toEqual(["database.dump", "manifest.json"]);
    for (const name of readdirSync(folder(set))) {
      expect(statSync(join(folder(set), name)).mode & 0o777).toBe(0o600);
    }
    const dump = join(folder(set), "database.dump");
    expect(files).toEqual({ "database.dump": { bytes: statSync(dump).size, sha256: sha256(dump) } });
    expect(set).toMatch(/^db_\d{8}_\d{6}$/);
    expect(system.record("backup-database")).toMatchObject({ exitCode: 0 });
    expect(await system.leftovers()).toEqual([]);
  });

  test("can be SQL text, which is whole only with its last line", async () => {
    const { set, files } = await system.backup("--plain", "--reason", "for another program");

    expect(Object.keys(files)).toEqual(["database.sql.zst"]);
    const { stdout } = await run(["zstd", "-dcq", join(folder(set), "database.sql.zst")]);
    expect(stdout).toMatch(/^CREATE TABLE public.assets/m);
    expect(stdout.trimEnd()).toMatch(/PostgreSQL database dump complete\n--/);
    expect(await system.well("verify-backup", set)).toMatch(/restored and checked/);
  });

  test("is made with gzip if that is wanted", async () => {
    await system.install({ compression: "gzip" });
    try {
      const { set } = await system.backup("uploads");
      expect(readdirSync(folder(set))).toContain("uploads.tar.gz");
      expect(await system.well("verify-backup", set)).toMatch(/restored and checked/);
    } finally {
      await system.install();
    }
  });
});

describe("a full backup", () => {
  test("holds roles, other databases, Redis, uploaded files and the configuration, and no secret", async () => {
    await system.sql("CREATE ROLE reporting LOGIN");
    await system.sql('CREATE DATABASE "second\'one"');
    const { set, postgres, files } = await system.backup("full");

    expect(Object.keys(files).sort()).toEqual([
      "configuration.tar.zst",
      "database.dump",
      "globals.sql",
      "other_1.dump",
      "other_2.dump",
      "redis.rdb",
      "uploads.tar.zst",
    ]);
    expect(postgres?.databases.map(({ name }) => name)).toEqual(["emaintenance", "postgres", "second'one"]);
    expect(readFileSync(join(folder(set), "globals.sql"), "utf8")).toContain("CREATE ROLE reporting;");
    const { stdout } = await run(["tar", "--zstd", "-tf", join(folder(set), "uploads.tar.zst")]);
    expect(stdout.split("\n").filter((line) => line !== "" && !line.endsWith("/"))).toEqual([
      "data/asset-uploads/manual.pdf",
      "data/work-order-uploads/1/photo of a pump.jpg",
    ]);
    expect(readFileSync(system.path("data/redis-backup/redis.rdb")).subarray(0, 5).toString()).toBe("REDIS");
    expect(await system.well("verify-backup", set)).toMatch(/7 files/);
    const log = readFileSync(system.path("logs/schedules/backup-full.log"), "utf8");
    expect(log).not.toContain("only:for'a test");
  });

  test("names a file that was removed after the database was read", async () => {
    system.write("data/work-order-uploads/gone.txt", "x");
    for (const name of ["Prüfbericht – März.pdf", "two\nlines.txt", "back\\slash.txt"]) {
      system.write(`data/work-order-uploads/${name}`, "it stays");
    }
    system.program(
      "tar",
      `[[ $* != *"--create --file=- "* ]] || rm -f ${system.path("data/work-order-uploads/gone.txt")}\nexec /usr/bin/tar "$@"`,
    );
    try {
      const { window } = await system.backup("uploads");
      expect(window.removed).toEqual(["data/work-order-uploads/gone.txt"]);
      expect(Date.parse(window.from)).toBeLessThanOrEqual(Date.parse(window.to));
    } finally {
      system.program("tar", 'exec /usr/bin/tar "$@"');
    }
  });
});

describe("backups", () => {
  test("are listed, the newest first, with what is known of each", async () => {
    const { set } = await system.backup("--reason", "before a change");
    const [newest] = await system.backups();

    expect(newest).toMatchObject({
      set,
      kind: "db",
      reason: "before a change",
      verified: null,
      pinned: false,
    });
    expect(await system.well("backups")).toMatch(
      new RegExp(`^BACKUP .*VERIFIED$\\n^${set} .* before a change +- +not yet$`, "m"),
    );
    await system.well("verify-backup", set);
    expect((await system.backups())[0]?.verified).toMatchObject({ ok: true });
    expect(await system.well("backups", "database")).toMatch(
      new RegExp(`^${set} .* restored in \\d+ s$`, "m"),
    );
  });

  test("are pinned and unpinned", async () => {
    const { set } = await system.backup();
    await system.well("backup", "pin", set);
    expect((await system.backups())[0]).toMatchObject({ set, pinned: true });
    await system.well("backup", "unpin", set);
    expect((await system.backups())[0]).toMatchObject({ set, pinned: false });
  });

  test.each([
    [["backup", "everything"], 2, /backup got "everything"/],
    [["backup", "pin", "../../etc"], 2, /the name of a backup, such as/],
    [["backup", "pin", "db_20200101_000000"], 3, /there is no backup db_20200101_000000/],
    [["verify-backup", "db_20200101_000000"], 3, /there is no backup/],
    [["backups", "--jsn"], 2, /backups has no option --jsn/],
  ])("%j is refused", async (args, code, message) => {
    const result = await system.emaintenance(...args);
    expect(result.code).toBe(code);
    expect(result.stderr).toMatch(message);
  });
});

describe("a verification", () => {
  test("finds rows that are missing, by the counts of the manifest", async () => {
    const { set } = await system.backup();
    const file = join(folder(set), "manifest.json");
    const manifest = JSON.parse(readFileSync(file, "utf8")) as { rowCounts: Record<string, number> };
    manifest.rowCounts["public.assets"] = 1001;
    writeFileSync(file, JSON.stringify(manifest));

    const { code, stdout } = await system.emaintenance("verify-backup", set);
    expect(code).toBe(1);
    expect(stdout).toContain("other rows came back than were saved: public.assets 1000 instead of 1001");
    expect((await system.backups())[0]?.verified).toMatchObject({ ok: false });
    expect(system.alerts.at(-1)).toMatchObject({ severity: "error", source: "backup-verification" });
    expect(await system.leftovers()).toEqual([]);
  });
});
