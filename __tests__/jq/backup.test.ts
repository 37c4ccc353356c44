import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { HOSTILE, jq } from "../support/jq-program";
import { temporaryFolder } from "../support/temporary-folder";

const DAY = 86_400;
const NOW = Date.parse("2026-11-29T12:00:00Z") / 1000;
const daysAgo = (days: number): string =>
  new Date((NOW - days * DAY) * 1000).toISOString().replace(".000Z", "Z");

interface Backup {
  readonly set: string;
  readonly kind: string;
  readonly number: number;
  readonly ended: string | null;
  readonly verified: { readonly ok: boolean; readonly message?: string } | null;
  readonly pinned: boolean;
  readonly broken: string | null;
}

/** A backup of the database that is so many days old; the number follows the time. */
const aged = (days: number, changes: Partial<Backup> = {}): Backup => ({
  set: `db_${days}`,
  kind: "db",
  number: 1000 - days,
  ended: daysAgo(days),
  verified: null,
  pinned: false,
  broken: null,
  ...changes,
});

describe("retention.jq", () => {
  const rules = { keepDays: 30, onePerDay: false, keepWeeks: 0, keepMonths: 0 };
  const kept = (
    backups: readonly Backup[],
    changes: Partial<typeof rules> = {},
  ): Record<string, string | null> => {
    const [all] = jq("backup/lib/jq/retention.jq", {
      input: [backups],
      values: { now: NOW, rules: { ...rules, ...changes } },
    }) as [{ set: string; kept: string | null }[]];
    return Object.fromEntries(all.map(({ set, kept: reason }) => [set, reason]));
  };

  test("keeps what is young, and the three newest whatever their age", () => {
    expect(kept([aged(1), aged(31), aged(32), aged(33), aged(34)])).toEqual({
      db_1: "newest of its kind",
      db_31: "one of the three newest of its kind",
      db_32: "one of the three newest of its kind",
      db_33: null,
      db_34: null,
    });
    expect(kept([aged(1), aged(2), aged(3), aged(4), aged(30)]).db_30).toBe("younger than 30 days");
  });

  test("keeps the newest that was verified, what is pinned, and what cannot be read", () => {
    const old = [
      aged(40, { verified: { ok: true } }),
      aged(50, { verified: { ok: true } }),
      aged(60, { pinned: true }),
      aged(70, { broken: "its manifest cannot be read", ended: null }),
      aged(80),
    ];
    expect(kept([aged(1), aged(2), aged(3), ...old])).toMatchObject({
      db_40: "newest verified of its kind",
      db_50: null,
      db_60: "pinned",
      db_70: "its manifest cannot be read: look into it",
      db_80: null,
    });
  });

  test("does not count what failed its verification among the three newest", () => {
    const failed = { verified: { ok: false, message: HOSTILE } };
    const all = [
      aged(31, failed),
      aged(32, failed),
      aged(33, failed),
      aged(34),
      aged(35),
      aged(36),
      aged(37),
    ];
    expect(kept(all)).toMatchObject({
      db_32: null,
      db_34: "one of the three newest of its kind",
      db_36: "one of the three newest of its kind",
      db_37: null,
    });
  });

  test("judges each kind by itself, and orders by number and not by a clock that jumped", () => {
    const uploads = aged(300, { set: "uploads_1", kind: "uploads", number: 1 });
    const jumped = aged(200, { set: "db_jumped", number: 2000 });
    expect(kept([aged(1), uploads, jumped])).toMatchObject({
      uploads_1: "newest of its kind",
      db_jumped: "newest of its kind",
    });
  });

  test("thins out to one a day, a week and a month", () => {
    const all = Array.from({ length: 100 }, (_, days) => aged(days));
    const retention = kept(all, { keepDays: 10, keepWeeks: 4, keepMonths: 3 });
    expect(retention.db_10).toBe("younger than 10 days");
    const because = (reason: string): string[] =>
      Object.keys(retention).filter((name) => retention[name] === reason);
    // Saturdays, and the last days of August, September and October.
    expect(because("newest of its week")).toEqual(["db_15", "db_22"]);
    expect(because("newest of its month")).toEqual(["db_29", "db_60", "db_90"]);
    const twice = [
      aged(5),
      aged(5.2, { set: "db_earlier", number: 994 }),
      ...[1, 2, 3].map((days) => aged(days)),
    ];
    expect(kept(twice, { onePerDay: true })).toMatchObject({
      db_5: "younger than 30 days",
      db_earlier: null,
    });
  });

  test("of nothing is nothing", () => {
    expect(kept([])).toEqual({});
  });
});

describe("retention-doubt.jq", () => {
  const doubt = (...days: number[]): unknown[] =>
    jq("backup/lib/jq/retention-doubt.jq", {
      input: [days.map((age) => aged(age))],
      values: { now: NOW, days: 30 },
    });

  test.each([
    ["backups that come every day", [1, 2, 3], []],
    ["a single one", [400], []],
    ["one of a time to come", [-2, 1], ["the newest backup is of a time to come"]],
    ["backups that have stopped", [31, 32], ["the newest backup is older than 30 days"]],
    ["a jump of the clock", [1, 40], ["there was no backup for 30 days before the newest"]],
  ])("of %s", (_what, days, expected) => {
    expect(doubt(...days)).toEqual(expected);
  });
});

test("described-sets.jq reads manifests, and says which has none that can be read", () => {
  const folder = temporaryFolder();
  const write = (path: string, value: unknown): string => {
    mkdirSync(join(folder, dirname(path)), { recursive: true });
    writeFileSync(join(folder, path), JSON.stringify(value));
    return join(folder, path);
  };
  const manifest = {
    kind: "db",
    number: 3,
    reason: HOSTILE,
    release: "2026.11.1",
    started: daysAgo(1),
    ended: daysAgo(1),
    files: { "database.dump": { bytes: 10 }, "globals.sql": { bytes: 5 }, [HOSTILE]: { bytes: "many" } },
  };
  const files = [
    write("db_20261128_020000/manifest.json", manifest),
    write("db_20261128_020000/verified.json", { ok: true, seconds: 4 }),
  ];
  const names = ["db_20261128_020000", "full_20261127_020000"];

  const [all] = jq("backup/lib/jq/described-sets.jq", { values: { names, pinned: [names[1]] }, files });

  expect(all).toEqual([
    {
      ...{ set: names[0], kind: "db", number: 3, reason: HOSTILE, release: "2026.11.1" },
      ...{ started: daysAgo(1), ended: daysAgo(1), bytes: 15, verified: { ok: true, seconds: 4 } },
      ...{ pinned: false, broken: null },
    },
    {
      ...{ set: names[1], kind: "full", number: 0, reason: null, release: null, started: null, ended: null },
      ...{ bytes: 0, verified: null, pinned: true, broken: "its manifest cannot be read" },
    },
  ]);
});

test("backups-table.jq puts a hostile reason on its line", () => {
  const lines = jq("backup/lib/jq/backups-table.jq", {
    input: [
      [
        {
          set: "db_1",
          ended: null,
          bytes: 2048,
          release: "r1",
          reason: HOSTILE,
          pinned: true,
          broken: null,
          verified: null,
        },
        {
          set: "db_2",
          ended: "2020-01-01T00:00:00Z",
          bytes: 0,
          pinned: false,
          broken: "torn",
          verified: null,
        },
        {
          set: "db_3",
          ended: null,
          bytes: 1,
          pinned: false,
          broken: null,
          verified: { ok: true, seconds: 3 },
        },
        {
          set: "db_4",
          ended: null,
          bytes: 1,
          pinned: false,
          broken: null,
          verified: { ok: false, message: "bad" },
        },
      ],
    ],
  }) as string[];
  const cells = lines.map((line) => line.split("\t"));
  expect(cells.map((row) => row.length)).toEqual([7, 7, 7, 7]);
  expect(lines.join("")).not.toContain("\n");
  expect(cells.map((row) => row.slice(0, 4))[0]).toEqual(["db_1", "-", "2 KiB", "r1"]);
  expect(cells.map((row) => row[5])).toEqual(["pinned", "-", "-", "-"]);
  expect(cells.map((row) => row[6])).toEqual(["not yet", "no: torn", "restored in 3 s", "failed: bad"]);
});

test("copies.jq names each copy by its folder, the newest first", () => {
  const snapshot = (set: string, time: string) => ({
    short_id: set.slice(-4),
    time,
    paths: [`/opt/emaintenance/backups/${set}`],
  });
  const [all] = jq("backup/lib/jq/copies.jq", {
    input: [
      [
        snapshot("db_20261127_020000", "2026-11-27T02:00:00Z"),
        snapshot("full_20261128_010000", "2026-11-28T01:00:00.123456789Z"),
      ],
    ],
  });
  expect(all).toEqual([
    {
      set: "full_20261128_010000",
      time: "2026-11-28T01:00:00Z",
      snapshot: "0000",
      path: "/opt/emaintenance/backups/full_20261128_010000",
      kind: "full",
    },
    expect.objectContaining({ set: "db_20261127_020000", kind: "db", time: "2026-11-27T02:00:00Z" }),
  ]);
});

describe("database-facts.jq", () => {
  const facts = {
    ...{ version: "15.4", major: 15, database: HOSTILE, user: "postgres", owner: HOSTILE, bytes: 9_000_000 },
    ...{ encoding: "UTF8", collate: "de_DE.UTF-8", ctype: "C" },
  };

  test("lets through what a database is", () => {
    expect(jq("backup/lib/jq/database-facts.jq", { input: [facts] })).toEqual([facts]);
    expect(jq("backup/lib/jq/database-facts.jq", { input: [{ ...facts, owner: null }] })).toHaveLength(1);
  });

  test.each([
    ["a program for a number", { major: "15; reboot" }],
    ["half a version", { major: 15.5 }],
    ["a size that is too large to add up", { bytes: 1e18 }],
    ["a statement for a locale", { collate: "C' OWNER 'x" }],
    ["a line break in an encoding", { encoding: "UTF8\n" + "x".repeat(10) + ";" }],
    ["no name", { database: null }],
  ])("gives nothing for %s", (_what, changes) => {
    expect(jq("backup/lib/jq/database-facts.jq", { input: [{ ...facts, ...changes }] })).toEqual([]);
  });

  test("and create-database.jq makes a statement of it", () => {
    expect(jq("backup/lib/jq/create-database.jq", { input: [facts] })).toEqual([
      "CREATE DATABASE verified TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'de_DE.UTF-8' LC_CTYPE 'C'",
    ]);
  });
});

describe("manifest.jq", () => {
  const values = {
    ...{
      format: 1,
      set: "full_1",
      kind: "full",
      number: 7,
      reason: HOSTILE,
      release: "r",
      started: "s",
      ended: "e",
    },
    ...{
      images: {},
      references: {},
      others: [{ name: HOSTILE, file: "other_1.dump" }],
      rowCounts: { [HOSTILE]: 3 },
    },
    ...{ files: { "database.dump": { bytes: 1, sha256: "0" } }, entries: { "uploads.tar": 2 } },
    ...{ from: "f", to: "t", removed: [HOSTILE], facts: { database: "main", bytes: 5 } },
  };

  test("names the main database before the others", () => {
    const [manifest] = jq("backup/lib/jq/manifest.jq", { values }) as [Record<string, unknown>];
    expect(manifest).toMatchObject({
      reason: HOSTILE,
      rowCounts: { [HOSTILE]: 3 },
      window: { from: "f", to: "t", removed: [HOSTILE] },
      postgres: { bytes: 5, databases: [{ name: "main" }, { name: HOSTILE, file: "other_1.dump" }] },
    });
    expect(manifest).not.toHaveProperty("facts");
  });

  test("without a database says null", () => {
    expect(jq("backup/lib/jq/manifest.jq", { values: { ...values, facts: null } })).toEqual([
      expect.objectContaining({ postgres: null }),
    ]);
  });
});

test("row-differences.jq names each table that has other rows", () => {
  expect(
    jq("backup/lib/jq/row-differences.jq", {
      values: {
        expected: { "public.users": 3, "public.same": 1, [HOSTILE]: 2 },
        counted: { "public.users": 4, "public.same": 1, "public.new": 0 },
      },
    }),
  ).toEqual([`${HOSTILE} missing instead of 2, public.new 0 instead of none, public.users 4 instead of 3`]);
});
