import { z } from "zod";

/** What is kept longer than `keepDays`, or thinned out before it. */
export interface Thinning {
  /** Of backups older than two days, only the newest of each day is kept. @default false */
  readonly onePerDay?: boolean;
  /** Number of weeks for which the newest backup of each week is kept. @default 0 */
  readonly weeks?: number;
  /** Number of months for which the newest backup of each month is kept. @default 0 */
  readonly months?: number;
}

/** Rules of every backup, scheduled or started by the operator. */
export interface BackupRules {
  /** Days that a backup is kept. The newest verified one, and the three newest of each kind, are kept longer. @default 30 */
  readonly keepDays?: number;
  /** @default none */
  readonly thinning?: Thinning;
  /** zstd falls back to gzip if a program lacks it. @default zstd, see docs/decisions */
  readonly compression?: "zstd" | "gzip";
  /** SQL text instead of PostgreSQL's custom format. @default false */
  readonly plainSql?: boolean;
  /** MiB that must stay free in addition to the space of a backup. @default 1024 */
  readonly leastFreeMiB?: number;
  /** Minutes after which a backup or a verification is ended. @default 180 */
  readonly timeLimitMinutes?: number;
  /** Hours after which the newest backup of the database is too old. @default 26: a day, and two hours for it to run */
  readonly newestHours?: number;
}

/** The rules as the scripts on the host read them. */
export interface BackupDescription {
  readonly keepDays: number;
  readonly onePerDay: boolean;
  readonly keepWeeks: number;
  readonly keepMonths: number;
  readonly compression: "zstd" | "gzip";
  readonly plainSql: boolean;
  readonly leastFreeMiB: number;
  readonly timeLimitSeconds: number;
  /** Whether backups of the database are scheduled. */
  readonly scheduled: boolean;
}

export const backupRulesSchema = z.object({
  keepDays: z.int("expected whole days").min(1, "expected at least 1 day").max(3650),
  thinning: z.object({
    onePerDay: z.boolean().optional(),
    weeks: z.int("expected whole weeks").min(0).max(520).optional(),
    months: z.int("expected whole months").min(0).max(120).optional(),
  }),
  compression: z.enum(["zstd", "gzip"], "expected zstd or gzip"),
  plainSql: z.boolean(),
  leastFreeMiB: z.int("expected whole MiB").min(0).max(1_048_576),
  timeLimitMinutes: z.int("expected whole minutes").min(1).max(1440, "expected at most a day"),
  newestHours: z.int("expected whole hours").min(1, "expected at least 1 hour"),
});

/** The rules with the default of each that is not given. */
export function withDefaults(rules: BackupRules): Required<BackupRules> {
  const {
    keepDays = 30,
    thinning = {},
    compression = "zstd",
    plainSql = false,
    leastFreeMiB = 1024,
    timeLimitMinutes = 180,
    newestHours = 26,
  } = rules;
  return { keepDays, thinning, compression, plainSql, leastFreeMiB, timeLimitMinutes, newestHours };
}

/** Pure: the same rules give the same description. */
export function describeBackup(rules: BackupRules, scheduled: boolean): BackupDescription {
  const { keepDays, thinning, compression, plainSql, leastFreeMiB, timeLimitMinutes } = withDefaults(rules);
  return {
    keepDays,
    onePerDay: thinning.onePerDay ?? false,
    keepWeeks: thinning.weeks ?? 0,
    keepMonths: thinning.months ?? 0,
    compression,
    plainSql,
    leastFreeMiB,
    timeLimitSeconds: timeLimitMinutes * 60,
    scheduled,
  };
}
