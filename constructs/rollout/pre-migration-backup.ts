import type { Resource } from "@cdktf/provider-null/lib/resource";
import { Construct } from "constructs";
import type { Postgres } from "../data/postgres";
import type { HostConnection } from "../ssh/host-connection";
import { HostScript, type Predecessors } from "../ssh/host-script";
import { template } from "../templates";
import { type Deployment } from "./deployment";
import { DEPLOY_LOCK } from "../naming";

export interface PreMigrationBackupProps {
  readonly connection: HostConnection;
  readonly deployment: Deployment;
  readonly postgres: Postgres;
  /** Image that holds the migrations: with another one they run, and before that this. */
  readonly imageId: string;
  /** What must be there first: a database that is ready. */
  readonly after: Predecessors;
}

/** A backup of the database before a migration, if the host can make one and the database has something to lose. */
export class PreMigrationBackup extends Construct {
  readonly resource: Resource;

  constructor(scope: Construct, id: string, props: PreMigrationBackupProps) {
    super(scope, id);
    const { deployment, postgres } = props;
    this.resource = new HostScript(this, "safety-dump", {
      connection: props.connection,
      script: template("rollout/pre-migration-backup.sh"),
      environment: {
        CONTAINER: postgres.container.containerName,
        IMAGE: props.imageId,
        LOCK: DEPLOY_LOCK,
      },
      triggers: { generation: deployment.generation },
      after: props.after,
      createBeforeDestroy: true,
    }).resource;
  }
}
