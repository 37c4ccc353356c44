import type { ITerraformDependable } from "cdktf";

/** Blue-green deployment: a new container starts under a name of its own while the one that it replaces still serves. */
export interface BlueGreen {
  /** Makes the name of a new container unique: the id of the deployment that makes it. */
  readonly deployment: string;
  /** Another one replaces every container: something unknown is wrong on the host. */
  readonly generation: string;
  /** Exists once a deployment has announced itself on the host. */
  readonly after: readonly ITerraformDependable[];
}
