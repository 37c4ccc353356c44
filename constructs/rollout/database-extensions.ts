import type { Resource } from "@cdktf/provider-null/lib/resource";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import type { Postgres } from "../data/postgres";
import { template } from "../templates";
import type { HostConnection } from "../ssh/host-connection";
import { HostScript } from "../ssh/host-script";

export interface DatabaseExtensionsProps {
  readonly connection: HostConnection;
  /** Its `extensions` are created; it must have some. */
  readonly postgres: Postgres;
  /** What must be there first: the roles of the database. */
  readonly after: readonly ITerraformDependable[];
}

/** Creates the extensions that only the superuser of the database may create, whenever its container or the list is another. */
export class DatabaseExtensions extends Construct {
  readonly resource: Resource;

  constructor(scope: Construct, id: string, props: DatabaseExtensionsProps) {
    super(scope, id);
    const { container, extensions } = props.postgres;
    this.resource = new HostScript(this, "database-extensions", {
      connection: props.connection,
      script: template("postgres/extensions.sh"),
      environment: { CONTAINER: container.containerName, EXTENSIONS: extensions.join(" ") },
      triggers: { container: container.resource.id },
      after: props.after,
    }).resource;
  }
}
