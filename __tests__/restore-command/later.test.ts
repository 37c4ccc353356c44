import { begun, laterThan } from "../../scripts/restore/later";

const FULL = "full_20260104_010000";

const byHand = () => Promise.resolve("by hand");

test("the newest uploads and the newest database after the full backup follow it, the files first", async () => {
  const backups = [
    "db_20260105_020000",
    "db_20260106_020000",
    "uploads_20260104_030000",
    FULL,
    "db_20260104_005900",
  ];

  expect(await laterThan(FULL, backups, byHand)).toEqual([
    { set: "uploads_20260104_030000", what: "uploads" },
    { set: "db_20260106_020000", what: "database" },
  ]);
});

test("what is older than the full backup, or another full one, does not", async () => {
  const backups = ["db_20260103_020000", "uploads_20251228_030000", "full_20260111_010000"];
  expect(await laterThan(FULL, backups, byHand)).toEqual([]);
});

test("a database that a restore has replaced is not brought back", async () => {
  const backups = ["db_20260105_020000", "db_20260106_100000"];
  const reason = (name: string) => Promise.resolve(name.endsWith("100000") ? "before-restore" : "schedule");
  expect(await laterThan(FULL, backups, reason)).toEqual([{ set: "db_20260105_020000", what: "database" }]);
});

test("the name of a backup says when it was begun", () => {
  expect(begun("db_20260106_020304")).toBe("2026-01-06T02:03:04Z");
});
