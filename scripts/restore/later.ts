/** A backup that was made after the full one: with it, less is lost. */
export interface LaterBackup {
  /** Name of the backup. Files of a restore that has begun hold it under this key. */
  readonly set: string;
  /** What of it is restored, as the operator's command calls it. */
  readonly what: "uploads" | "database";
}

/** Reason of the backup that a restore makes of what it replaces; see templates/restore/lib/database.sh. */
const REPLACED = "before-restore";

const KINDS = [
  { kind: "uploads", what: "uploads" },
  { kind: "db", what: "database" },
] as const;

/** When a backup was begun, as its name says: `20260131_010000`, in UTC. */
const stamp = (backup: string): string => backup.slice(backup.indexOf("_") + 1);

/** When a backup was begun: `2026-01-31T01:00:00Z`. */
export function begun(backup: string): string {
  return stamp(backup).replace(/^(\d{4})(\d\d)(\d\d)_(\d\d)(\d\d)(\d\d)$/, "$1-$2-$3T$4:$5:$6Z");
}

/**
 * Of all these backups, the newest uploads and the newest database that were begun after the full backup, in the order in
 * which they are restored: a file exists before the row that points at it. Pre-restore backups are left out: the operator has
 * replaced their data.
 * @param reason why a backup was made, as its manifest says
 */
export async function laterThan(
  full: string,
  backups: readonly string[],
  reason: (backup: string) => Promise<string>,
): Promise<LaterBackup[]> {
  const later: LaterBackup[] = [];
  for (const { kind, what } of KINDS) {
    const candidates = backups
      .filter((name) => new RegExp(`^${kind}_\\d{8}_\\d{6}$`).test(name) && stamp(name) > stamp(full))
      .sort()
      .reverse();
    for (const backup of candidates) {
      if ((await reason(backup)) === REPLACED) continue;
      later.push({ set: backup, what });
      break;
    }
  }
  return later;
}
