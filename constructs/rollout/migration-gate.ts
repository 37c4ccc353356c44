import type { Resource } from "@cdktf/provider-null/lib/resource";
import { Construct } from "constructs";
import type { Migration } from "../api/migration";
import type { HostConnection } from "../ssh/host-connection";
import { HostScript } from "../ssh/host-script";
import { DEPLOY_LOCK, Naming } from "../naming";
import { template } from "../templates";

export interface MigrationGateProps {
  readonly connection: HostConnection;
  readonly migration: Migration;
}

/** Runs the migration to its end, and stops the deployment, with the job's log, when it has failed. */
export class MigrationGate extends Construct {
  readonly resource: Resource;

  constructor(scope: Construct, id: string, props: MigrationGateProps) {
    super(scope, id);
    const { container } = props.migration;
    this.resource = new HostScript(this, "migration-gate", {
      connection: props.connection,
      script:
        template("shared/untrusted.sh") +
        template("shared/process-limit.sh") +
        template("rollout/migration-gate.sh"),
      environment: {
        JOB: container.resource.id,
        PIDS: String(container.pidsLimit),
        NAME: container.containerName,
        DATABASE: Naming.container("postgres"),
        LOCK: DEPLOY_LOCK,
      },
      createBeforeDestroy: true,
    }).resource;
  }
}
