import { begun, laterThan } from "../../scripts/restore/later";

const FULL = "full_20260104_010000";

const byHand = () => Promise.resolve("by hand");

test("the newest uploads and the newest database after the full set follow it, the files first", async () => {
  const sets = [
    "db_20260105_020000",
    "db_20260106_020000",
    "uploads_20260104_030000",
    FULL,
    "db_20260104_005900",
  ];

  expect(await laterThan(FULL, sets, byHand)).toEqual([
    { set: "uploads_20260104_030000", what: "uploads" },
    { set: "db_20260106_020000", what: "database" },
  ]);
});

test("what is older than the full set, or another full one, does not", async () => {
  const sets = ["db_20260103_020000", "uploads_20251228_030000", "full_20260111_010000"];
  expect(await laterThan(FULL, sets, byHand)).toEqual([]);
});

test("a database that a restore has replaced is not brought back", async () => {
  const sets = ["db_20260105_020000", "db_20260106_100000"];
  const reason = (set: string) => Promise.resolve(set.endsWith("100000") ? "before-restore" : "schedule");
  expect(await laterThan(FULL, sets, reason)).toEqual([{ set: "db_20260105_020000", what: "database" }]);
});

test("the name of a set says when it was begun", () => {
  expect(begun("db_20260106_020304")).toBe("2026-01-06T02:03:04Z");
});
