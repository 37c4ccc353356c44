import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { template } from "../templates";
import type { HostConnection } from "./host-connection";
import { HostScript } from "./host-script";
import { DEPLOY_LOCK, type Preflight } from "./preflight";

export interface DeployEndProps {
  readonly connection: HostConnection;
  readonly preflight: Preflight;
  /** The last thing that a deploy starts. */
  readonly after: readonly ITerraformDependable[];
}

/**
 * Takes the mark of a deploy away that its preflight has set. A deploy that fails leaves it; it counts for an hour, and
 * `emaintenance restart --force` does not mind it.
 */
export class DeployEnd extends Construct {
  constructor(scope: Construct, id: string, props: DeployEndProps) {
    super(scope, id);
    new HostScript(this, "deploy-end", {
      connection: props.connection,
      script: template("host/deploy-end.sh"),
      environment: { DEPLOY_LOCK },
      triggers: { preflight: props.preflight.resource.id },
      after: props.after,
    });
  }
}
