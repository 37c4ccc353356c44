import type { Resource } from "@cdktf/provider-null/lib/resource";
import { Lazy, type ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { jobTaken } from "../errors";
import { template } from "../templates";
import type { HostConnection } from "../ssh/host-connection";
import type { HostLayout } from "../ssh/host-layout";
import { HostComponent } from "../ssh/host-component";

export interface JobRunnerProps {
  readonly connection: HostConnection;
  readonly layout: HostLayout;
  /** What must be there first: the folders. @default nothing */
  readonly after?: readonly ITerraformDependable[];
}

/**
 * What all jobs of the host share: the command `run-job`, which gives a job a lock, a time limit, a log and a record, and
 * the shell functions that write records and alerts. It knows all jobs, and removes those that are no longer configured:
 * Terraform runs nothing for a resource that is no longer in the configuration.
 */
export class JobRunner extends Construct {
  readonly resource: Resource;
  readonly connection: HostConnection;
  readonly layout: HostLayout;
  private readonly jobs = new Map<string, Resource>();

  constructor(scope: Construct, id: string, props: JobRunnerProps) {
    super(scope, id);
    const { connection, layout } = props;
    this.connection = connection;
    this.layout = layout;
    this.resource = new HostComponent(this, "job-runner", {
      connection,
      layout,
      files: { "run-job": template("jobs/run-job"), "records.sh": template("jobs/records.sh") },
      apply: template("jobs/install-runner.sh"),
      remove: template("jobs/remove-runner.sh"),
      environment: {
        SCRIPTS: layout.deploy("scripts"),
        STATUS: layout.status,
        LOGS: layout.logs("schedules"),
        JOBS: Lazy.stringValue({ produce: () => [...this.jobs.keys()].sort().join(" ") }),
      },
      after: props.after,
    }).resource;
  }

  /**
   * Takes a job among those that the host shall have.
   *
   * @param install makes what installs it, after the jobs before it: one at a time. Terraform works on ten things at once, and
   * half a dozen installations of timers, each of which has systemd read all its units again, would hold up the containers.
   * @throws ConfigurationError when there is one of this name
   */
  add(job: string, install: (before: readonly Resource[]) => Resource): Resource {
    if (this.jobs.has(job)) throw jobTaken(job);
    const before = [...this.jobs.values()].at(-1);
    const resource = install(before ? [before] : []);
    this.jobs.set(job, resource);
    return resource;
  }

  /** The command that every job runs in. */
  get command(): string {
    return `${this.layout.deploy("scripts")}/run-job`;
  }

  /** Where the scripts of one job are. */
  folder(job: string): string {
    return `${this.layout.deploy("scripts")}/jobs/${job}`;
  }
}
