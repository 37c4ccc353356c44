import type { Resource } from "@cdktf/provider-null/lib/resource";
import { Construct } from "constructs";
import { z } from "zod";
import { DEPLOY_LOCK, FORMER_DEPLOY_LOCK, Naming, type ServiceName, TAKE_OVER_MINUTES } from "../naming";
import { template } from "../templates";
import { PauseSchedule } from "../values/pause-schedule";
import { validateProps } from "../values/validate";
import type { JobRunner } from "../jobs/job-runner";
import { ScheduledJob } from "../jobs/scheduled-job";

export interface WatchdogProps {
  readonly runner: JobRunner;
  /** Seconds between two looks. @default 5 */
  readonly everySeconds?: number;
  /** How many times within an hour one container is restarted; then it is left alone. @default 3 */
  readonly restartsPerHour?: number;
  /**
   * Seconds that what a service needs must have been up before the service itself is restarted: its next health check
   * comes within that time. @default 45, an interval and a timeout of the health checks and a little
   */
  readonly settleSeconds?: number;
}

/**
 * What the health of each service depends on, in start order (the seed, 2.2). The gateway's own health asks nobody, so that
 * it is restarted whatever else is wrong.
 */
const NEEDS: Readonly<Record<ServiceName, readonly ServiceName[]>> = {
  postgres: [],
  redis: [],
  "user-service": ["postgres", "redis"],
  "work-order-service": ["postgres", "redis", "user-service"],
  "asset-service": ["postgres", "redis", "user-service"],
  web: ["user-service", "work-order-service", "asset-service"],
  nginx: [],
};

const checkedProps = z.object({
  everySeconds: z.int("expected whole seconds").min(1).max(60),
  restartsPerHour: z.int("expected a whole number").min(1).max(60),
  settleSeconds: z.int("expected whole seconds").min(0).max(600),
});

/**
 * Restarts a container that its health check has found unhealthy, which Docker itself never does (the seed, 8.1). See
 * docs/watchdog.md.
 */
export class Watchdog extends Construct {
  readonly resource: Resource;

  constructor(scope: Construct, id: string, props: WatchdogProps) {
    super(scope, id);
    const { everySeconds = 5, restartsPerHour = 3, settleSeconds = 45 } = props;
    const checked = validateProps(this, checkedProps, { everySeconds, restartsPerHour, settleSeconds });
    this.resource = new ScheduledJob(this, "job", {
      runner: props.runner,
      job: "watchdog",
      description: "restart of unhealthy containers",
      schedule: PauseSchedule.ofSeconds(checked.everySeconds),
      script: template("watchdog/run.sh"),
      files: { "untrusted.sh": template("shared/untrusted.sh") },
      environment: {
        DEPENDENCIES: Object.entries(NEEDS)
          .map(([service, needed]) => `${service}:${needed.join(",")}`)
          .join(" "),
        RESTARTS_AN_HOUR: String(checked.restartsPerHour),
        SETTLE_SECONDS: String(checked.settleSeconds),
        LABEL: Naming.label("service"),
        CONTAINER_PREFIX: Naming.container(""),
        DEPLOY_LOCK,
        FORMER_DEPLOY_LOCK,
        DEPLOY_MINUTES: String(TAKE_OVER_MINUTES),
      },
      // A database may take its whole stop timeout, and there are seven containers.
      timeoutSeconds: 600,
    }).resource;
  }
}
