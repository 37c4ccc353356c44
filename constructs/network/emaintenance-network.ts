import { Network } from "@cdktf/provider-docker/lib/network";
import { type ITerraformDependable, TerraformStack } from "cdktf";
import { Construct } from "constructs";
import { neverReplaced } from "../configuration/never-replaced";
import { z } from "zod";
import { Naming } from "../naming";
import { validateProps } from "../values/validate";

export interface EmaintenanceNetworkProps {
  /** Stays for as long as the system does: another one is refused by the plan. @default that of its role */
  readonly name?: string;
  /**
   * `front`: the gateway, the web and the services; it leads outside. `data`: PostgreSQL, Redis and those that use them.
   * @default front
   */
  readonly role?: NetworkRole;
  /**
   * Whether nothing on it reaches anything outside, and nothing of it is published on the host (Docker's internal
   * network). @default false
   */
  readonly internal?: boolean;
  /** What must be there first. @default nothing */
  readonly after?: readonly ITerraformDependable[];
}

export type NetworkRole = "front" | "data";

/** What differs between the two. Deployments of before know the front network by its address, so it keeps it. */
const ROLES = {
  front: { setting: "name", address: "network", name: Naming.network, what: "The network" },
  data: {
    setting: "dataName",
    address: "data_network",
    name: Naming.dataNetwork,
    what: "The network of the data tier",
  },
} as const;

/** Source: Docker Engine, names of containers, volumes and networks. */
const dockerName = (example: string) =>
  z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9_.-]*$/, `expected letters, digits, "_", "." and "-", such as ${example}`);

/**
 * A bridge network on which containers of the system meet, by name. It is never replaced: see neverReplaced. Which
 * container is on which one: docs/security.md.
 */
export class EmaintenanceNetwork extends Construct {
  /** The name, as an attribute of the network: who uses it depends on it. */
  readonly name: string;
  /** The name itself. */
  readonly literalName: string;
  /** Another one is another network. */
  readonly networkId: string;
  readonly internal: boolean;

  /** @throws ConfigurationError when Docker would not take the name */
  constructor(scope: Construct, id: string, props: EmaintenanceNetworkProps = {}) {
    super(scope, id);
    const { setting, address, name, what } = ROLES[props.role ?? "front"];
    this.internal = props.internal ?? false;
    const checked = validateProps(this, z.object({ [setting]: dockerName(name) }), {
      [setting]: props.name ?? name,
    });
    this.literalName = checked[setting] ?? name;
    const network = new Network(this, "network", {
      name: this.literalName,
      driver: "bridge",
      ...(this.internal && { internal: true }),
      dependsOn: [...(props.after ?? [])],
    });
    const stack = TerraformStack.of(this).node.id;
    neverReplaced(network, () => ({
      condition: `self.name == "${network.nameInput ?? ""}"`,
      message:
        `${what} of this system is \${self.name}, and network.${setting} is ${network.nameInput ?? ""}. A network that ` +
        `containers use cannot be replaced. Set network.${setting} to \${self.name}, or remove the system first ` +
        `(npx cdktf destroy ${stack}) and deploy it again.`,
    }));
    network.overrideLogicalId(address);
    this.name = network.name;
    this.networkId = network.id;
  }
}
