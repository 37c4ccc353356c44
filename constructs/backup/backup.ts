import { TerraformOutput } from "cdktf";
import { Construct } from "constructs";
import type { WalArchive } from "../data/wal-archive";
import type { JobRunner } from "../jobs/job-runner";
import { Naming } from "../naming";
import { CronSchedule } from "../values/cron-schedule";
import type { Schedule } from "../values/schedule";
import { validateProps } from "../values/validate";
import type { OffHostSettings } from "./off-host";
import { type BackupRules, backupRulesSchema, withDefaults } from "./backup-rules";
import { CommandJob } from "./command-job";
import { PointInTime } from "./point-in-time";
import type { PointInTimeSettings } from "../data/point-in-time-settings";

/** When backups are made and verified, and by which rules. */
export interface BackupSettings extends BackupRules {
  /** The database. @default every day at 02:00 (deployment document, 7.2) */
  readonly database?: Schedule | false;
  /** Uploaded files. @default Sundays at 03:00 (deployment document, 7.2) */
  readonly uploads?: Schedule | false;
  /** Everything that a new host needs. @default Sundays at 01:00 */
  readonly full?: Schedule | false;
  /** The newest backup of each kind is restored and checked. @default Sundays at 05:00, after all of them */
  readonly verification?: Schedule | false;
  /** Time zone of the schedules. @default UTC */
  readonly timeZone?: string;
  /** Offsite copies. @default none */
  readonly offHost?: OffHostSettings;
  /** `{}` enables it: the loss is then seconds instead of a day. @default disabled */
  readonly pointInTime?: PointInTimeSettings;
}

export interface BackupProps extends BackupSettings {
  readonly runner: JobRunner;
  /** The archive of the write-ahead log. @default there is none */
  readonly archive?: WalArchive;
}

/** Seconds that one backup waits for another to end, such as a long full one. */
const WAIT_SECONDS = 3600;

/**
 * Backups of the database, of uploaded files and of everything, made and verified by schedule. What makes them is the
 * operator's command: `emaintenance backup` does the same by hand. See docs/backup.md.
 */
export class Backup extends Construct {
  /** The schedules in words, one a line. */
  readonly inWords: string;

  constructor(scope: Construct, id: string, props: BackupProps) {
    super(scope, id);
    const { runner, timeZone = "UTC" } = props;
    const rules = validateProps(this, backupRulesSchema, withDefaults(props));
    const timeoutSeconds = rules.timeLimitMinutes * 60;
    const words: string[] = [];

    const job = (
      name: string,
      description: string,
      given: Schedule | false | undefined,
      usual: Schedule,
      command: string,
      waitSeconds: number,
    ): void => {
      const schedule = given ?? usual;
      if (schedule === false) {
        words.push(`${description}: not by schedule`);
        return;
      }
      words.push(`${description}: ${schedule.inWords(timeZone)}`);
      new CommandJob(this, name, {
        runner,
        job: `backup-${name}`,
        description,
        schedule,
        timeZone: props.timeZone,
        command: `lib/backup/${command}`,
        timeoutSeconds: timeoutSeconds + waitSeconds,
      });
    };
    const take = (kind: string): string => `take.sh ${kind} --reason schedule --wait ${WAIT_SECONDS}`;
    const weekly = (hour: number): Schedule => CronSchedule.weekly({ day: "sunday", hour });
    const database = CronSchedule.daily({ hour: 2 });
    job("database", "backup of the database", props.database, database, take("database"), WAIT_SECONDS);
    job("uploads", "backup of uploaded files", props.uploads, weekly(3), take("uploads"), WAIT_SECONDS);
    job("full", "backup of everything", props.full, weekly(1), take("full"), WAIT_SECONDS);
    job(
      "verification",
      "restore of the newest backups, to verify them",
      props.verification,
      weekly(5),
      "verify.sh --newest",
      0,
    );
    if (props.archive) {
      words.push(
        new PointInTime(this, "point-in-time", { runner, archive: props.archive, timeZone }).inWords,
      );
    }
    words.push(`backups are kept for ${rules.keepDays} days in ${runner.layout.backups}`);
    this.inWords = words.join("\n");

    const output = new TerraformOutput(this, "schedule", {
      value: this.inWords,
      description: "When backups are made and verified.",
    });
    output.overrideLogicalId(Naming.terraformId("backup-schedule"));
  }
}
