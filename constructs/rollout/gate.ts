import type { Resource } from "@cdktf/provider-null/lib/resource";
import { Construct } from "constructs";
import type { TierContainer } from "../container/tier-container";
import type { HostConnection } from "../ssh/host-connection";
import { HostScript } from "../ssh/host-script";
import { template } from "../templates";
import { escapeTemplate } from "../values/terraform-text";
import { DEPLOY_LOCK } from "../naming";

export interface GateProps {
  readonly connection: HostConnection;
  readonly service: string;
  readonly containers: readonly TierContainer[];
  /** Port on which each of them answers, at its address on the Docker network. */
  readonly port: number;
  /** Path that answers 200 when the service is well. @default none: that the port takes a connection is enough */
  readonly healthPath?: string;
}

/**
 * Waits until the new containers of a service are healthy, and until each of them answers this host over the network: a
 * health check runs inside the container, where a program that listens on 127.0.0.1 only answers too. One that fails ends the
 * deployment at once, with the cause.
 */
export class Gate extends Construct {
  /** Exists once all of them are healthy, and answer. */
  readonly resource: Resource;

  constructor(scope: Construct, id: string, props: GateProps) {
    super(scope, id);
    const { service, containers, port, healthPath } = props;
    this.resource = new HostScript(this, `${service}-gate`, {
      connection: props.connection,
      script:
        template("shared/untrusted.sh") + template("shared/process-limit.sh") + template("rollout/gate.sh"),
      environment: {
        SERVICE: service,
        CONTAINERS: containers
          .map(({ containerName, resource }) => `${containerName}=${resource.id}`)
          .join(" "),
        PIDS: String(Math.max(...containers.map(({ pidsLimit }) => pidsLimit))),
        LIMIT_SECONDS: String(Math.max(...containers.map(({ limitSeconds }) => limitSeconds.healthy))),
        PORT: String(port),
        NETWORK: containers[0]?.network.name ?? "",
        HEALTH_PATH: escapeTemplate(healthPath ?? ""),
        LOCK: DEPLOY_LOCK,
      },
      createBeforeDestroy: true,
    }).resource;
  }
}
