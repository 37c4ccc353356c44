/** A set that was made after the full one: with it, less is lost. */
export interface LaterSet {
  readonly set: string;
  /** What of it is restored, as the operator's command calls it. */
  readonly what: "uploads" | "database";
}

/** Reason of the set that a restore makes of what it replaces; see templates/restore/lib/database.sh. */
const REPLACED = "before-restore";

const KINDS = [
  { kind: "uploads", what: "uploads" },
  { kind: "db", what: "database" },
] as const;

/** When a set was begun, as its name says: `20260131_010000`, in UTC. */
const stamp = (set: string): string => set.slice(set.indexOf("_") + 1);

/** When a set was begun: `2026-01-31T01:00:00Z`. */
export function begun(set: string): string {
  return stamp(set).replace(/^(\d{4})(\d\d)(\d\d)_(\d\d)(\d\d)(\d\d)$/, "$1-$2-$3T$4:$5:$6Z");
}

/**
 * Of all these sets, the newest uploads and the newest database that were begun after the full set, in the order in which
 * they are restored: a file is there before the row that points at it. What somebody has replaced by a restore, and was saved for
 * that, is not wanted back.
 * @param reason why a set was made, as its manifest says
 */
export async function laterThan(
  full: string,
  sets: readonly string[],
  reason: (set: string) => Promise<string>,
): Promise<LaterSet[]> {
  const later: LaterSet[] = [];
  for (const { kind, what } of KINDS) {
    const candidates = sets
      .filter((name) => new RegExp(`^${kind}_\\d{8}_\\d{6}$`).test(name) && stamp(name) > stamp(full))
      .sort()
      .reverse();
    for (const set of candidates) {
      if ((await reason(set)) === REPLACED) continue;
      later.push({ set, what });
      break;
    }
  }
  return later;
}
