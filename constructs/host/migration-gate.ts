import type { Resource } from "@cdktf/provider-null/lib/resource";
import { Construct } from "constructs";
import type { Migration } from "../api/migration";
import { template } from "../templates";
import type { HostConnection } from "./host-connection";
import { HostScript } from "./host-script";

export interface MigrationGateProps {
  readonly connection: HostConnection;
  readonly migration: Migration;
}

/** Stops the deploy, with the job's log, when the migration has failed. */
export class MigrationGate extends Construct {
  readonly resource: Resource;

  constructor(scope: Construct, id: string, props: MigrationGateProps) {
    super(scope, id);
    const { container } = props.migration;
    this.resource = new HostScript(this, "migration-gate", {
      connection: props.connection,
      script: template("migration/await.sh"),
      environment: { CONTAINER: container.containerName },
      triggers: { job: container.resource.id },
    }).resource;
  }
}
