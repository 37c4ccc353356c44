import { HOSTILE, jq } from "../support/jq-program";

const NOW = Date.parse("2026-11-29T12:00:00Z") / 1000;

describe("retention.jq", () => {
  const removed = (...days: readonly number[]): unknown[] => {
    const bases = days.map((age) => ({
      base: `base_${age}`,
      ended: new Date((NOW - age * 86_400) * 1000).toISOString().replace(".000Z", "Z"),
    }));
    const [all] = jq("point-in-time/lib/jq/retention.jq", {
      input: [bases],
      values: { now: NOW, days: 7 },
    }) as [{ base: string; gone: boolean }[]];
    return all.filter(({ gone }) => gone).map(({ base }) => base);
  };

  test.each([
    ["those that a later one makes needless go", [20, 14, 8, 1], ["base_20", "base_14"]],
    ["the only way into the last days stays", [20, 1], []],
    ["nothing goes where backups have stopped", [30, 20, 10], []],
    ["nothing of nothing", [], []],
  ])("%s", (_what, days, gone) => {
    expect(removed(...days)).toEqual(gone);
  });
});

describe("slot.jq", () => {
  const slot = { generation: "20261129120000", active: true, status: "reserved", behindBytes: 16 };

  test("lets through a slot, and none", () => {
    expect(jq("point-in-time/lib/jq/slot.jq", { input: [slot, null, { ...slot, status: null }] })).toEqual([
      slot,
      null,
      { ...slot, status: null },
    ]);
  });

  test.each([
    ["a path for a generation", { generation: "../../etc" }],
    ["a line break behind a generation", { generation: "20261129120000\n;" }],
    ["a text for a number", { behindBytes: "$(reboot)" }],
    ["no word on whether it is active", { active: null }],
  ])("fails for %s", (_what, changes) => {
    expect(() => jq("point-in-time/lib/jq/slot.jq", { input: [{ ...slot, ...changes }] })).toThrow();
  });
});

describe("server-facts.jq", () => {
  const facts = { version: "15.4", major: 15, segmentBytes: 16_777_216, databaseBytes: 1e9 };

  test("lets through numbers", () => {
    expect(jq("point-in-time/lib/jq/server-facts.jq", { input: [facts] })).toEqual([facts]);
  });

  test.each([
    ["a size of nothing", { segmentBytes: 0 }],
    ["a program for a number", { databaseBytes: HOSTILE }],
    ["a list for a version", { version: ["15"] }],
  ])("gives nothing for %s", (_what, changes) => {
    expect(jq("point-in-time/lib/jq/server-facts.jq", { input: [{ ...facts, ...changes }] })).toEqual([]);
  });
});

test("backup-manifest.jq adds up the files, whatever they are called", () => {
  const manifest = {
    Files: [
      { Path: "base/1", Size: 5 },
      { Path: HOSTILE, Size: 7 },
      { Path: "odd", Size: "9" },
    ],
    "WAL-Ranges": [{ Timeline: 1, "Start-LSN": "0/2000028", "End-LSN": "0/2000100" }],
  };
  const path = "point-in-time/lib/jq/backup-manifest.jq";
  expect(jq(path, { input: [manifest] })).toEqual([{ ranges: manifest["WAL-Ranges"], files: 3, bytes: 12 }]);
  expect(jq(path, { input: [{ ...manifest, Files: [] }] })).toEqual([]);
});

test("base-manifest.jq is a document of what it was given", () => {
  const values = {
    ...{
      started: "s",
      ended: "e",
      image: "sha256:0",
      firstSegment: "000000010000000000000002",
      bytes: 3,
      sha256: "0",
    },
    ...{ facts: { major: 15 }, listed: { ranges: [{ "Start-LSN": "0/2" }], files: 3, bytes: 12 } },
  };
  expect(jq("point-in-time/lib/jq/base-manifest.jq", { values })).toEqual([
    {
      ...{ format: 1, started: "s", ended: "e", image: "sha256:0", postgres: { major: 15 } },
      ...{ firstSegment: "000000010000000000000002", range: { "Start-LSN": "0/2" } },
      ...{ clusterFiles: 3, clusterBytes: 12, bytes: 3, sha256: "0" },
    },
  ]);
});

describe("state.jq", () => {
  const values = {
    ...{ generation: "20261129120000", archivedAt: "1796212800.25", behindBytes: 0, behindSeconds: 0.16 },
    ...{ trouble: "", hole: false, bytes: 5_000_000 },
    bases: [
      { base: "base_1", generation: "20261129120000", ended: "2026-11-28T01:00:00Z", bytes: 10, image: "x" },
    ],
  };
  const state = (changes: object): unknown =>
    jq("point-in-time/lib/jq/state.jq", { values: { ...values, ...changes } })[0];

  test("says up to where all is archived, and from when on one can restore", () => {
    expect(state({})).toMatchObject({
      ...{ archivedAt: 1796212800.25, archivedTo: "2026-12-02T12:00:00Z", secondsBehind: 0.1, trouble: null },
      ...{
        bases: [{ base: "base_1", generation: "20261129120000", ended: "2026-11-28T01:00:00Z", bytes: 10 }],
      },
      restorableFrom: "2026-11-28T01:00:00Z",
    });
  });

  test("of an archive that has never begun", () => {
    expect(
      state({ archivedAt: "0", behindSeconds: null, behindBytes: null, bases: [], trouble: HOSTILE }),
    ).toMatchObject({
      ...{ archivedTo: null, secondsBehind: null, trouble: HOSTILE, restorableFrom: null, bases: [] },
    });
  });

  test("never says that the archive is ahead", () => {
    expect(state({ behindSeconds: -3 })).toMatchObject({ secondsBehind: 0 });
  });

  test("in words", () => {
    const words = (changes: object): unknown =>
      jq("point-in-time/lib/jq/state-in-words.jq", { input: [state(changes)] })[0];
    expect(words({})).toBe(
      "archived up to 2026-12-02T12:00:00Z, 0.1 s behind, restorable from 2026-11-28T01:00:00Z, 4.8 MiB",
    );
    expect(words({ trouble: HOSTILE, behindSeconds: 3700, bases: [] })).toBe(
      `archived up to 2026-12-02T12:00:00Z, ${HOSTILE}; 1h 1m behind, no base backup yet, 4.8 MiB`,
    );
  });

  test("as a table, the newest first", () => {
    const later = { base: "base_2", generation: "g", ended: null, bytes: 2_097_152 };
    const lines = jq("point-in-time/lib/jq/bases-table.jq", {
      input: [{ bases: [{ base: "base_1", generation: "g", ended: "e", bytes: 1024 }, later] }],
    }) as string[];
    expect(lines[0]).toMatch(/^base_2\tg\t\t\?\t2 MiB$/);
    expect(lines[1]).toMatch(/^base_1\tg\te\t\?\t1 KiB$/);
  });
});
