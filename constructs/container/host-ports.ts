import { TerraformStack } from "cdktf";
import { Construct, type IConstruct } from "constructs";
import { hostPortTaken } from "../errors";

const ID = "host-ports";

/** Who uses which port of the host, so that two containers of a stack cannot want the same. */
export class HostPorts extends Construct {
  /** The register of the stack around a construct. */
  static of(scope: IConstruct): HostPorts {
    const stack = TerraformStack.of(scope);
    return (stack.node.tryFindChild(ID) as HostPorts | undefined) ?? new HostPorts(stack, ID);
  }

  private readonly owners = new Map<number, string>();

  /** @throws ConfigurationError when another container has claimed the port */
  claim(port: number, owner: string): void {
    const first = this.owners.get(port);
    if (first !== undefined) {
      throw hostPortTaken(port, first, owner);
    }
    this.owners.set(port, owner);
  }
}
