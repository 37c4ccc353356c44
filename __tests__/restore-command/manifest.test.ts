import { createHash } from "node:crypto";
import { appendFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bytesOf, parseManifest, readBackup } from "../../scripts/restore/manifest";
import { temporaryFolder } from "../support/temporary-folder";

const BACKUP = "full_20260131_010000";
const DUMP = "what pg_dump wrote";

/** A folder with a backup whose manifest is true. */
function setFolder(): string {
  const folder = temporaryFolder();
  const sha256 = createHash("sha256").update(DUMP).digest("hex");
  const files = { "database.dump": { bytes: DUMP.length, sha256 } };
  writeFileSync(join(folder, "database.dump"), DUMP);
  writeFileSync(join(folder, "manifest.json"), JSON.stringify({ format: 1, set: BACKUP, files }));
  return folder;
}

test("a backup in a folder is read, whatever the folder is called", async () => {
  const manifest = await readBackup(setFolder());
  expect(manifest.set).toBe(BACKUP);
  expect(bytesOf(manifest)).toBe(DUMP.length);
});

test.each<[string, (file: string) => void, RegExp]>([
  [
    "longer",
    (file) => appendFileSync(file, "!"),
    /database\.dump has 19 bytes, and had 18 when it was written/,
  ],
  [
    "changed",
    (file) => writeFileSync(file, DUMP.toUpperCase()),
    /database\.dump has changed since it was written/,
  ],
  ["gone", (file) => rmSync(file), /database\.dump is missing\. Expected every file of full_20260131_010000/],
])("a file that is %s is found", async (_what, damage, message) => {
  const folder = setFolder();
  damage(join(folder, "database.dump"));
  await expect(readBackup(folder)).rejects.toThrow(message);
});

test.each([
  ["{", "it is no JSON"],
  [JSON.stringify({ format: 2, set: BACKUP }), "its format is 2"],
  [JSON.stringify({ format: 1, set: "db_20260131_020000" }), "it is of db_20260131_020000"],
  [JSON.stringify({ format: 1, set: BACKUP }), "it names no files"],
])("%s is no manifest of a full backup", (text, reason) => {
  expect(() => parseManifest(text, "HERE")).toThrow(`HERE is not that of a full backup: ${reason}.`);
});
