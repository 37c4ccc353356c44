import { z } from "zod";
import type { Schedule } from "../values/schedule";

/** How the database can be restored to any point in time of the last days. See docs/point-in-time.md. */
export interface PointInTimeSettings {
  /** Days back to which every point in time can be restored. @default 14 */
  readonly keepDays?: number;
  /** When the files of the cluster are copied. @default Saturdays at 01:00 */
  readonly base?: Schedule;
  /** Time zone of the schedule. @default UTC */
  readonly timeZone?: string;
  /**
   * MiB of write-ahead log that the server keeps for an archive that makes no progress. Beyond that the server removes
   * it, so that the disk does not fill: the archive then begins again, with a gap before it. @default 4096
   */
  readonly slotLimitMiB?: number;
  /** Seconds without progress after which the archive raises an alert. @default 300 */
  readonly behindSeconds?: number;
  /** Minutes after which a base backup is ended. @default 180 */
  readonly baseLimitMinutes?: number;
}

const checkedSettings = z.object({
  keepDays: z.int("expected whole days").min(1, "expected at least 1 day").max(3650),
  slotLimitMiB: z
    .int("expected whole MiB")
    .min(64, "expected at least 64 MiB: a few segments of 16 MiB")
    .max(1_048_576),
  behindSeconds: z.int("expected whole seconds").min(60, "expected at least 60 seconds").max(86_400),
  baseLimitMinutes: z.int("expected whole minutes").min(1).max(1440, "expected at most a day"),
});

export type PointInTimeRules = Readonly<z.infer<typeof checkedSettings>>;

export const pointInTimeRulesSchema = checkedSettings;

/** The numbers of the settings, with the default of each that is not given. */
export function withDefaults(settings: PointInTimeSettings): PointInTimeRules {
  const { keepDays = 14, slotLimitMiB = 4096, behindSeconds = 300, baseLimitMinutes = 180 } = settings;
  return { keepDays, slotLimitMiB, behindSeconds, baseLimitMinutes };
}
