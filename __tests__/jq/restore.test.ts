import { HOSTILE, jq } from "../support/jq-program";

describe("newest-restorable-set.jq", () => {
  const backups = [
    { set: "full_4", kind: "full", broken: "torn", verified: null },
    { set: "db_3", kind: "db", broken: null, verified: { ok: false } },
    { set: "uploads_2", kind: "uploads", broken: null, verified: { ok: true } },
    { set: "db_1", kind: "db", broken: null, verified: null },
    { set: "db_0", kind: "db", broken: null, verified: { ok: true } },
  ];
  const newest = (...words: string[]): unknown[] =>
    jq("restore/lib/jq/newest-restorable-set.jq", { input: [backups], words });

  test("passes over what is broken or has failed its verification", () => {
    expect(newest("db", "full")).toEqual(["db_1"]);
    expect(newest("uploads", "full")).toEqual(["uploads_2"]);
  });

  test("is nothing where no kind will do", () => {
    expect(newest("full")).toEqual([]);
    expect(newest(HOSTILE)).toEqual([]);
  });
});

describe("plan.jq", () => {
  const backup = {
    set: "db_1",
    started: "2026-11-28T02:00:00Z",
    release: HOSTILE,
    bytes: 3_145_728,
    verified: null,
  };
  const plan = (changes: object): unknown =>
    jq("restore/lib/jq/plan.jq", {
      input: [[{ set: "db_0" }, { ...backup, ...changes }]],
      values: { set: "db_1", what: "restore database" },
    })[0];

  test("says of when the backup is, and of which release", () => {
    expect(plan({ started: "2001-01-01T00:00:00Z" })).toMatch(
      /^restore database from db_1: of 2001-01-01T00:00:00Z, \d+d \d+h ago, release /,
    );
    expect(plan({})).toContain(`release ${HOSTILE}, 3 MiB, not verified yet`);
  });

  test.each([
    [{ verified: { ok: true } }, ", verified"],
    [{ verified: { ok: false } }, ", FAILED its verification"],
    [{ started: null, release: null }, ": of ?, ? ago, release ?, 3 MiB"],
  ])("with %j", (changes, expected) => {
    expect(plan(changes)).toContain(expected);
  });
});

test("plan-point-in-time.jq says from which base backup on", () => {
  const base = { base: "base_1", ended: "x", clusterBytes: 1_073_741_824 };
  expect(
    jq("restore/lib/jq/plan-point-in-time.jq", {
      input: [base],
      values: { target: "the end of the archive" },
    }),
  ).toEqual([
    "restore point-in-time: the whole cluster as it was at the end of the archive, from base_1 of x, ? ago, 1 GiB",
  ]);
});

test("row-differences.jq is a line for each table, and nothing where all is the same", () => {
  const path = "restore/lib/jq/row-differences.jq";
  const expected = { "public.users": 3, [HOSTILE]: 2 };
  expect(jq(path, { values: { expected, found: { "public.users": 4, "public.new": 1 } } })).toEqual([
    `  ${HOSTILE}: no table instead of 2`,
    "  public.new: 1 instead of no table",
    "  public.users: 4 instead of 3",
  ]);
  expect(jq(path, { values: { expected, found: expected } })).toEqual([]);
});

test("audit.jq is one line, whoever asked", () => {
  const values = {
    who: HOSTILE,
    what: "restore database",
    set: "",
    result: `undone: ${HOSTILE}`,
    seconds: 12,
  };
  expect(jq("restore/lib/jq/audit.jq", { values })).toEqual([
    { ...values, set: null, time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/) as unknown },
  ]);
});
