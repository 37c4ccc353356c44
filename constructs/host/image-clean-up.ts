import type { Resource } from "@cdktf/provider-null/lib/resource";
import { Construct } from "constructs";
import { z } from "zod";
import { Naming } from "../naming";
import { template } from "../templates";
import { CronSchedule } from "../values/cron-schedule";
import type { Schedule } from "../values/schedule";
import { validateProps } from "../values/validate";
import type { JobRunner } from "../jobs/job-runner";
import { ScheduledJob } from "../jobs/scheduled-job";

export interface ImageCleanUpProps {
  readonly runner: JobRunner;
  /** @default Sunday at 04:00, after the backups of that night */
  readonly schedule?: Schedule;
  /** Time zone of the schedule. @default UTC */
  readonly timeZone?: string;
  /** Days that an image or a stopped container is left alone. @default 14 */
  readonly olderThanDays?: number;
  /** Newest tags of each image that are kept whatever their age: what a rollback needs. @default 5 */
  readonly keepTags?: number;
  /** Prefix of the names of this project's images. @default emaintenance/ */
  readonly repositoryPrefix?: string;
}

const checkedProps = z.object({
  olderThanDays: z.int("expected whole days").min(1, "expected at least 1 day"),
  keepTags: z
    .int("expected a whole number")
    .min(2, "expected at least 2: the release in use and the one before"),
  repositoryPrefix: z
    .string()
    .regex(/^[a-z0-9][a-z0-9._/:-]*\/$/, 'expected a text that ends in "/", such as emaintenance/'),
});

/**
 * Removes images of earlier releases and retired containers, once a week. What is in use, the images of every good
 * release that is written down, volumes, and what does not belong to this project stay.
 */
export class ImageCleanUp extends Construct {
  readonly resource: Resource;

  constructor(scope: Construct, id: string, props: ImageCleanUpProps) {
    super(scope, id);
    const { olderThanDays = 14, keepTags = 5, repositoryPrefix = Naming.image("") } = props;
    const checked = validateProps(this, checkedProps, { olderThanDays, keepTags, repositoryPrefix });
    const environment = {
      OLDER_THAN_DAYS: String(checked.olderThanDays),
      KEEP_TAGS: String(checked.keepTags),
      REPOSITORY_PREFIX: checked.repositoryPrefix,
      RELEASES: props.runner.layout.releases,
      LABEL: Naming.label("service"),
      BUILD_LABEL: Naming.label("build"),
      CONTAINER_PREFIX: Naming.container(""),
    };
    this.resource = new ScheduledJob(this, "job", {
      runner: props.runner,
      job: "image-clean-up",
      description: "removal of old images and containers",
      schedule: props.schedule ?? CronSchedule.weekly({ day: "sunday", hour: 4 }),
      timeZone: props.timeZone,
      script: template("clean-up/images.sh"),
      // For `emaintenance clean-up`, which runs the same by hand.
      files: {
        settings: Object.entries(environment)
          .map(([name, value]) => `${name}=${value}\n`)
          .join(""),
      },
      environment,
    }).resource;
  }
}
