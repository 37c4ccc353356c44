import type { Resource } from "@cdktf/provider-null/lib/resource";
import { Construct } from "constructs";
import { z } from "zod";
import { ServiceCatalogue } from "../services/service-catalogue";
import { template } from "../templates";
import { PauseSchedule } from "../values/pause-schedule";
import { validateProps } from "../values/validate";
import type { JobRunner } from "../jobs/job-runner";
import { ScheduledJob } from "../jobs/scheduled-job";

/** Percent of a disk, or of its inodes, from which on `emaintenance status` and the alerts warn, and from which on they call it an error. */
export const DISK_PERCENT = { warning: 85, error: 95 } as const;

/** Between two looks a program that writes 100 MiB/s takes 30 GiB: the alert is for what grows, not for an attack of minutes. */
const EVERY_SECONDS = 300;

export interface RoomProps {
  readonly runner: JobRunner;
  /** Services that take uploads. @default those of the deployment document */
  readonly services?: ServiceCatalogue;
  /**
   * GiB that the uploaded files of one service may take, as counted on the disk; beyond it there is an alert. What really stops
   * them is a file system of their own, see docs/security.md. @default no bound but the disk's
   */
  readonly uploadsGiB?: number;
}

const checkedProps = z.object({
  uploadsGiB: z
    .number("expected a number of GiB")
    .min(0.001, "expected at least 0.001")
    .max(1_000_000)
    .optional(),
});

/** Raises an alert before the disk is full, and when uploads take more room than they were given. See docs/security.md. */
export class Room extends Construct {
  readonly resource: Resource;

  /** @throws ConfigurationError when a number is out of range */
  constructor(scope: Construct, id: string, props: RoomProps) {
    super(scope, id);
    const { layout } = props.runner;
    const { uploadsGiB = 0 } = validateProps(this, checkedProps, { uploadsGiB: props.uploadsGiB });
    const { services = ServiceCatalogue.builtIn } = props;
    const uploads = services.uploadsFolders.map((folder) => layout.data(folder));
    this.resource = new ScheduledJob(this, "job", {
      runner: props.runner,
      job: "room",
      description: "alerts before a disk is full",
      schedule: PauseSchedule.ofSeconds(EVERY_SECONDS),
      script: template("room/run.sh"),
      files: { "untrusted.sh": template("shared/untrusted.sh") },
      environment: {
        DISKS: [
          layout.root,
          `${layout.root}/logs`,
          layout.backups,
          layout.data("postgres"),
          ...uploads,
          "/var/lib/docker",
        ].join(" "),
        WARNING_PERCENT: String(DISK_PERCENT.warning),
        ERROR_PERCENT: String(DISK_PERCENT.error),
        UPLOADS: uploads.join(" "),
        UPLOADS_BYTES: String(Math.round(uploadsGiB * 2 ** 30)),
      },
      timeoutSeconds: 1800,
    }).resource;
  }
}
