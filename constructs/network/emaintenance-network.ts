import { Network } from "@cdktf/provider-docker/lib/network";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { Naming } from "../naming";

export interface EmaintenanceNetworkProps {
  /** @default emaintenance-network (the seed, 1.2) */
  readonly name?: string;
  /** What must be there first. @default nothing */
  readonly after?: readonly ITerraformDependable[];
}

/** The one bridge network on which all containers of the system meet, by name. */
export class EmaintenanceNetwork extends Construct {
  /** The name, as an attribute of the network: who uses it depends on it. */
  readonly name: string;
  /** The name itself. */
  readonly literalName: string;

  constructor(scope: Construct, id: string, props: EmaintenanceNetworkProps = {}) {
    super(scope, id);
    this.literalName = props.name ?? Naming.network;
    const network = new Network(this, "network", {
      name: this.literalName,
      driver: "bridge",
      dependsOn: [...(props.after ?? [])],
    });
    network.overrideLogicalId("network");
    this.name = network.name;
  }
}
