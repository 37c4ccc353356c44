import { Network } from "@cdktf/provider-docker/lib/network";
import { type ITerraformDependable, TerraformStack } from "cdktf";
import { Construct } from "constructs";
import { neverReplaced } from "../configuration/never-replaced";
import { z } from "zod";
import { Naming } from "../naming";
import { validateProps } from "../values/validate";

export interface EmaintenanceNetworkProps {
  /** Stays for as long as the system does: another one is refused by the plan. @default emaintenance-network (the seed, 1.2) */
  readonly name?: string;
  /** What must be there first. @default nothing */
  readonly after?: readonly ITerraformDependable[];
}

/** Source: Docker Engine, names of containers, volumes and networks. */
const schema = z.object({
  name: z
    .string()
    .regex(
      /^[A-Za-z0-9][A-Za-z0-9_.-]*$/,
      'expected letters, digits, "_", "." and "-", such as emaintenance-network',
    ),
});

/**
 * The one bridge network on which all containers of the system meet, by name. It is never replaced: see
 * neverReplaced.
 */
export class EmaintenanceNetwork extends Construct {
  /** The name, as an attribute of the network: who uses it depends on it. */
  readonly name: string;
  /** The name itself. */
  readonly literalName: string;

  /** @throws ConfigurationError when Docker would not take the name */
  constructor(scope: Construct, id: string, props: EmaintenanceNetworkProps = {}) {
    super(scope, id);
    this.literalName = validateProps(this, schema, { name: props.name ?? Naming.network }).name;
    const network = new Network(this, "network", {
      name: this.literalName,
      driver: "bridge",
      dependsOn: [...(props.after ?? [])],
    });
    const stack = TerraformStack.of(this).node.id;
    neverReplaced(network, () => ({
      condition: `self.name == "${network.nameInput ?? ""}"`,
      message:
        `The network of this system is \${self.name}, and network.name is ${network.nameInput ?? ""}. A network that ` +
        `containers use cannot be replaced. Set network.name to \${self.name}, or remove the system first ` +
        `(npx cdktf destroy ${stack}) and deploy it again.`,
    }));
    network.overrideLogicalId("network");
    this.name = network.name;
  }
}
