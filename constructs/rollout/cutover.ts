import type { Resource } from "@cdktf/provider-null/lib/resource";
import { Construct } from "constructs";
import type { GatewayTarget } from "../gateway/gateway-target";
import type { HostConnection } from "../ssh/host-connection";
import { HostScript, type Predecessors } from "../ssh/host-script";
import { DEPLOY_LOCK, Naming } from "../naming";
import { template } from "../templates";

export interface CutoverProps {
  readonly connection: HostConnection;
  /** Folder of the gateway's configuration. */
  readonly folder: string;
  readonly services: readonly GatewayTarget[];
  /** What must be there first: containers that are ready. */
  readonly after: Predecessors;
}

/**
 * Brings ready containers into use: the gateway sends every new request to them, they get the names of their services, and
 * what the old ones have begun is waited for. Only after it does Terraform remove the old ones.
 */
export class Cutover extends Construct {
  readonly resource: Resource;

  constructor(scope: Construct, id: string, props: CutoverProps) {
    super(scope, id);
    const containers = props.services.flatMap((service) =>
      service.containers.map(
        ({ containerName, resource }) => `${service.upstream}=${containerName}=${resource.id}`,
      ),
    );
    this.resource = new HostScript(this, "switch", {
      connection: props.connection,
      script: template("rollout/cutover.sh"),
      environment: {
        CONTAINERS: containers.join(" "),
        FOLDER: props.folder,
        GATEWAY: Naming.container("nginx"),
        LOCK: DEPLOY_LOCK,
      },
      after: props.after,
      createBeforeDestroy: true,
    }).resource;
  }
}
