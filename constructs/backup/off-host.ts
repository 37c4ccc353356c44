import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { z } from "zod";
import { expression } from "../configuration/expression";
import type { HostConnection } from "../ssh/host-connection";
import type { HostLayout } from "../ssh/host-layout";
import { HostComponent } from "../ssh/host-component";
import type { JobRunner } from "../jobs/job-runner";
import { Naming } from "../naming";
import { template } from "../templates";
import { CronSchedule } from "../values/cron-schedule";
import type { Schedule } from "../values/schedule";
import { validateProps } from "../values/validate";
import { CommandJob } from "./command-job";
import { OffHostVariables } from "./off-host-variables";

/** Program that makes the copies; the host needs it only if offsite copies are enabled. */
export const OFF_HOST_PROGRAM = "restic";

/** Offsite copies of the backups. The place, and what opens it, are the variables OFF_HOST_…, see docs/offsite.md. */
export interface OffHostSettings {
  /** Minutes between two searches for backups that are not copied yet; a part of 60. @default 10 */
  readonly everyMinutes?: number;
  /** When a tenth of the copies is read back, and old copies are removed. @default Sundays at 07:00 */
  readonly check?: Schedule;
  /** Retention: days for which all copies are kept, then weeks with one copy each, then months with one copy each. @default 30, 8, 12 */
  readonly keep?: { readonly days?: number; readonly weeks?: number; readonly months?: number };
  /** Time zone of the schedules. @default UTC */
  readonly timeZone?: string;
}

export interface OffHostProps extends OffHostSettings {
  readonly connection: HostConnection;
  readonly layout: HostLayout;
  readonly runner: JobRunner;
  /** What must be there first: the folders. @default nothing */
  readonly after?: readonly ITerraformDependable[];
  /** False removes the file that opens the copies; the copies stay. */
  readonly enabled: boolean;
}

const keepSchema = z.object({
  days: z.int("expected whole days").min(1, "expected at least 1 day"),
  weeks: z.int("expected whole weeks").min(0),
  months: z.int("expected whole months").min(0),
});

/**
 * Encrypted offsite copies of the backups, by restic. What opens them is a file on the host that only root reads: it is in no
 * trigger, plan, log or command line.
 */
export class OffHost extends Construct {
  constructor(scope: Construct, id: string, props: OffHostProps) {
    super(scope, id);
    const { connection, layout, runner, after, enabled } = props;
    const keep = validateProps(this, keepSchema, { days: 30, weeks: 8, months: 12, ...props.keep });

    const component = new HostComponent(this, "off-host", {
      connection,
      layout,
      apply: template("backup/install-off-host.sh"),
      remove: template("backup/remove-off-host.sh"),
      environment: { ACCESS: `/etc/${Naming.project}/off-host` },
      after,
      enabled,
      ...(enabled && this.access(`${keep.days} ${keep.weeks} ${keep.months}`)),
    });
    if (!enabled) return;

    const job = (name: string, description: string, schedule: Schedule, word: string): void => {
      new CommandJob(this, name, {
        runner,
        job: `off-host-${name}`,
        description,
        schedule,
        timeZone: props.timeZone,
        command: `off-host.sh ${word}`,
        timeoutSeconds: 6 * 3600,
        after: [component.resource],
      });
    };
    const often = CronSchedule.every({ minutes: props.everyMinutes ?? 10 });
    job("copy", "offsite copies of the backups", often, "copy");
    const weekly = CronSchedule.weekly({ day: "sunday", hour: 7 });
    job("check", "reading back of the offsite copies", props.check ?? weekly, "check");
  }

  /** What opens the copies, and four digits of its digest, by which a change is seen. */
  private access(keep: string) {
    const variables = new OffHostVariables(this, "variables");
    const value = ({ friendlyUniqueId }: { friendlyUniqueId: string }) => `var.${friendlyUniqueId}`;
    const keyFile = value(variables.sshKeyFile);
    const files = [
      `environment = join("\\n", ["RESTIC_REPOSITORY=\${${value(variables.repository)}}", "AWS_ACCESS_KEY_ID=\${${value(variables.keyId)}}", ` +
        `"AWS_SECRET_ACCESS_KEY=\${${value(variables.keySecret)}}", "OFF_HOST_KEEP=${keep}", ""])`,
      `password = ${value(variables.password)}`,
      `ssh_key = ${keyFile} == "" ? "" : file(pathexpand(${keyFile}))`,
      `known_hosts = ${value(variables.sshHostKeys)}`,
    ];
    const json = `jsonencode({ ${files.join(", ")} })`;
    return {
      secret: { name: "access.json", content: expression(json) },
      triggers: { access: expression(`substr(nonsensitive(sha256(${json})), 0, 4)`) },
    };
  }
}
