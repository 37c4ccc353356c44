import type { Resource } from "@cdktf/provider-null/lib/resource";
import { Construct } from "constructs";
import type { Postgres } from "../data/postgres";
import { template } from "../templates";
import type { HostConnection } from "../ssh/host-connection";
import { HostScript } from "../ssh/host-script";

export interface DatabasePasswordProps {
  readonly connection: HostConnection;
  readonly postgres: Postgres;
}

/**
 * Makes a changed POSTGRES_PASSWORD that of the database's owner, whenever its container is a new one. It ends the deployment
 * if the owner is a superuser: the start of the container could not put the roles in place then.
 */
export class DatabasePassword extends Construct {
  readonly resource: Resource;

  constructor(scope: Construct, id: string, props: DatabasePasswordProps) {
    super(scope, id);
    const { container } = props.postgres;
    this.resource = new HostScript(this, "database-password", {
      connection: props.connection,
      script: template("postgres/apply-password.sh"),
      environment: { CONTAINER: container.containerName },
      triggers: { container: container.resource.id },
    }).resource;
  }
}
