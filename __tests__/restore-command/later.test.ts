import { begun, laterThan } from "../../scripts/restore/later";

const FULL = "full_20260104_010000";

test("the newest uploads and the newest database after the full set follow it, the files first", () => {
  const sets = [
    "db_20260105_020000",
    "db_20260106_020000",
    "uploads_20260104_030000",
    FULL,
    "db_20260104_005900",
  ];

  expect(laterThan(FULL, sets)).toEqual([
    { set: "uploads_20260104_030000", what: "uploads" },
    { set: "db_20260106_020000", what: "database" },
  ]);
});

test("what is older than the full set, or another full one, does not", () => {
  expect(laterThan(FULL, ["db_20260103_020000", "uploads_20251228_030000", "full_20260111_010000"])).toEqual(
    [],
  );
});

test("the name of a set says when it was begun", () => {
  expect(begun("db_20260106_020304")).toBe("2026-01-06T02:03:04Z");
});
