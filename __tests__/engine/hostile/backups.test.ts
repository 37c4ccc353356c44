import { join } from "node:path";
import { run } from "../../../rehearsal/run";
import { BackupSystem } from "../backup/backup-system";
import { digestOf, HostileWorkplace, plantFiles } from "./hostile-place";

jest.setTimeout(1_800_000);

/** Room that a backup of a few small files may take, whatever sizes they claim. */
const SMALL_BYTES = 10_000_000;

describe("uploaded files", () => {
  test("with hostile names, links, pipes and holes are saved, verified and laid out again, and none of them is executed or followed", async () => {
    const system = await BackupSystem.withoutContainers();
    const place = new HostileWorkplace();
    const uploads = system.path("data/work-order-uploads");
    const emaintenance = (...args: string[]) =>
      place.run([system.layout.deploy("scripts/emaintenance.sh"), ...args]);
    try {
      expect(await plantFiles(uploads)).toBeGreaterThan(200);
      const before = await digestOf("/etc");

      const backup = await emaintenance("backup", "uploads", "--json");
      expect(backup).toMatchObject({ code: 0 });
      const manifest = JSON.parse(backup.stdout) as {
        set: string;
        window: { removed: string[] };
        files: Record<string, { bytes: number }>;
      };
      // Every file is in it, whatever its name: none is said to have been removed meanwhile.
      expect(manifest.window.removed).toEqual([]);
      expect(Object.values(manifest.files)[0]?.bytes).toBeLessThan(SMALL_BYTES);
      expect(await emaintenance("verify-backup", manifest.set)).toMatchObject({ code: 0 });
      // A hole is no reason to refuse: the plan is made, though the files claim more than any disk has.
      expect(await emaintenance("restore", "uploads", manifest.set, "--dry-run")).toMatchObject({ code: 0 });

      // The step that lays the files out beside the present ones, by itself: no container runs here.
      const layOut = `
        set -euo pipefail
        scripts=$1 SET=$2 EXACT=$3 STATUS=$4 JOURNAL=$4/restore.journal
        . "$scripts/lib/common.sh"
        for part in lifecycle restore/journal restore/files backup/sets backup/files; do . "$scripts/lib/$part.sh"; done
        export -f unpacked
        fail() { say_mend "$@"; exit 1; }
        interruptible() { "$@"; }
        prepare_files
        recorded stage`;
      for (const exact of ["", "1"]) {
        const { code, stdout, stderr } = await place.run([
          ...["bash", "-c", layOut, "bash", system.layout.deploy("scripts"), manifest.set, exact],
          system.layout.status,
        ]);
        expect([code, stderr]).toEqual([0, ""]);
        const stage = join(stdout.trim().split("\n").at(-1) ?? "", "work-order-uploads");
        const names = async (folder: string) =>
          (
            await run([
              "bash",
              "-c",
              'cd "$1" && find . \\( -type d -printf "%p d\\0" -o -printf "%p %y %s %l\\0" \\) | perl -0 -ne "print if length(\\$_) < 3000" | sort -z | sha256sum',
              "bash",
              folder,
            ])
          ).stdout;
        expect(await names(stage)).toBe(await names(uploads));
        await run(["rm", "-rf", stage]);
      }

      expect(place.damage).toEqual([]);
      expect(await digestOf("/etc")).toBe(before);
    } finally {
      await run(["rm", "-rf", system.path("data")]);
    }
  });
});
