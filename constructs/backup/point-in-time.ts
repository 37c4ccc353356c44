import { Construct } from "constructs";
import type { WalArchive } from "../data/wal-archive";
import type { JobRunner } from "../jobs/job-runner";
import { CronSchedule } from "../values/cron-schedule";
import { PauseSchedule } from "../values/pause-schedule";
import { CommandJob } from "./command-job";

export interface PointInTimeProps {
  readonly runner: JobRunner;
  readonly archive: WalArchive;
  /** Time zone of the schedule, where it has none of its own. @default UTC */
  readonly timeZone?: string;
}

/** Seconds between two checks of the archive. */
const CHECK_PAUSE_SECONDS = 60;

/** What keeps the archive of the write-ahead log usable: base backups, and a check of it every minute. */
export class PointInTime extends Construct {
  /** In words, one a line. */
  readonly inWords: string;

  constructor(scope: Construct, id: string, props: PointInTimeProps) {
    super(scope, id);
    const { runner, archive } = props;
    const { timeZone = props.timeZone ?? "UTC", base = CronSchedule.weekly({ day: "saturday", hour: 1 }) } =
      archive.settings;
    const { rules } = archive;
    const job = (name: string, description: string, schedule: typeof base, timeoutSeconds: number) =>
      new CommandJob(this, name, {
        runner,
        job: `point-in-time-${name}`,
        description,
        schedule,
        timeZone,
        command: `lib/point-in-time/${name}.sh`,
        timeoutSeconds,
      });
    job("base", "base backup of the database", base, rules.baseLimitMinutes * 60);
    job(
      "check",
      "look at the archive of the write-ahead log",
      PauseSchedule.ofSeconds(CHECK_PAUSE_SECONDS),
      600,
    );
    this.inWords = [
      `write-ahead log: archived all the time, kept for ${rules.keepDays} days`,
      `base backup of the database: ${base.inWords(timeZone)}`,
    ].join("\n");
  }
}
