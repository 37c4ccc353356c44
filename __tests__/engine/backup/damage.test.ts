import { createHash } from "node:crypto";
import { readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { BackupSystem } from "./backup-system";

jest.setTimeout(300_000);

const BACKUP = "db_20260131_020000";
const DUMP = Buffer.from("what pg_dump wrote ".repeat(1000));

/** A system with one backup, whose manifest is true. */
async function withBackup(): Promise<BackupSystem> {
  const system = await BackupSystem.withoutContainers();
  const sha256 = createHash("sha256").update(DUMP).digest("hex");
  const manifest = {
    ...{ format: 1, set: BACKUP, kind: "db", number: 1, ended: "2026-01-31T02:00:00Z", rowCounts: {} },
    files: { "database.dump": { bytes: DUMP.length, sha256 } },
  };
  system.write(`backups/${BACKUP}/database.dump`, DUMP);
  system.write(`backups/${BACKUP}/manifest.json`, JSON.stringify(manifest));
  system.write(`backups/${BACKUP}/verified.json`, JSON.stringify({ ok: true, seconds: 1, message: "" }));
  return system;
}

describe("a backup that has changed on its disk is found before anything is restored, and no longer counts as verified", () => {
  test.each<[string, (file: string) => void, RegExp]>([
    [
      "by one bit",
      (file) => {
        const content = readFileSync(file);
        const at = Math.floor(content.length / 2);
        content[at] = (content[at] ?? 0) ^ 1;
        writeFileSync(file, content);
      },
      /database.dump has changed since it was written: its SHA-256 is another/,
    ],
    [
      "by its end",
      (file) => truncateSync(file, statSync(file).size - 100),
      /database.dump has 18900 bytes, and had 19000 when it was written/,
    ],
    ["by a file", (file) => rmSync(file), /database.dump is missing/],
  ])("%s", async (_how, damage, message) => {
    const system = await withBackup();
    damage(join(system.layout.backups, BACKUP, "database.dump"));

    const { code, stdout } = await system.emaintenance("verify-backup", BACKUP);
    expect(code).toBe(1);
    expect(stdout).toMatch(message);
    expect((await system.backups())[0]?.verified).toMatchObject({ ok: false });
    expect(system.record("backup-verification")).toMatchObject({ exitCode: 1 });
    expect(system.alerts).toEqual([
      expect.objectContaining({ severity: "error", source: "backup-verification" }),
    ]);
  });
});
