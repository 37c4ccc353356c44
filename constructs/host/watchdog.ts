import type { Resource } from "@cdktf/provider-null/lib/resource";
import { Construct } from "constructs";
import { z } from "zod";
import { DEPLOY_LOCK, FORMER_DEPLOY_LOCK, Naming, TAKE_OVER_MINUTES } from "../naming";
import { ServiceCatalogue } from "../services/service-catalogue";
import { template } from "../templates";
import { PauseSchedule } from "../values/pause-schedule";
import { validateProps } from "../values/validate";
import type { JobRunner } from "../jobs/job-runner";
import { ScheduledJob } from "../jobs/scheduled-job";

export interface WatchdogProps {
  readonly runner: JobRunner;
  /** What it watches, in start order, and what the health of each depends on. @default the services of the deployment document */
  readonly services?: ServiceCatalogue;
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

const checkedProps = z.object({
  everySeconds: z.int("expected whole seconds").min(1).max(60),
  restartsPerHour: z.int("expected a whole number").min(1).max(60),
  settleSeconds: z.int("expected whole seconds").min(0).max(600),
});

/**
 * Restarts a container that its health check has found unhealthy, which Docker itself never does (deployment document, 8.1). See
 * docs/watchdog.md.
 */
export class Watchdog extends Construct {
  readonly resource: Resource;

  constructor(scope: Construct, id: string, props: WatchdogProps) {
    super(scope, id);
    const { services = ServiceCatalogue.builtIn } = props;
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
        DEPENDENCIES: services.inStartOrder
          .map(({ name, needs, healthAsksNobody }) => `${name}:${healthAsksNobody ? "" : needs.join(",")}`)
          .join(" "),
        RESTARTS_AN_HOUR: String(checked.restartsPerHour),
        SETTLE_SECONDS: String(checked.settleSeconds),
        LABEL: Naming.label("service"),
        CONTAINER_PREFIX: Naming.container(""),
        DEPLOY_LOCK,
        FORMER_DEPLOY_LOCK,
        DEPLOY_MINUTES: String(TAKE_OVER_MINUTES),
      },
      // A database may take its whole stop timeout, and there are some ten containers.
      timeoutSeconds: 600,
    }).resource;
  }
}
