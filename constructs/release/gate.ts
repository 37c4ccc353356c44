import type { Resource } from "@cdktf/provider-null/lib/resource";
import { Construct } from "constructs";
import type { TierContainer } from "../container/tier-container";
import type { HostConnection } from "../host/host-connection";
import { HostScript } from "../host/host-script";
import { template } from "../templates";
import { DEPLOY_LOCK } from "./deployment";

export interface GateProps {
  readonly connection: HostConnection;
  readonly service: string;
  readonly containers: readonly TierContainer[];
}

/** Waits until the new containers of a service are healthy. One that fails ends the deployment at once, with the cause. */
export class Gate extends Construct {
  /** Exists once all of them are healthy. */
  readonly resource: Resource;

  constructor(scope: Construct, id: string, props: GateProps) {
    super(scope, id);
    const { service, containers } = props;
    this.resource = new HostScript(this, `${service}-gate`, {
      connection: props.connection,
      script: template("switch/gate.sh"),
      environment: {
        SERVICE: service,
        CONTAINERS: containers
          .map(({ containerName, resource }) => `${containerName}=${resource.id}`)
          .join(" "),
        LIMIT_SECONDS: String(Math.max(...containers.map(({ limitSeconds }) => limitSeconds.healthy))),
        LOCK: DEPLOY_LOCK,
      },
      createBeforeDestroy: true,
    }).resource;
  }
}
