import type { ContainerPorts } from "@cdktf/provider-docker/lib/container";
import type { PublishedPort } from "../values/published-port";

/** The provider's blocks for a port of a container: one for each address of the host. */
export function portBlocks(containerPort: number, on: PublishedPort): ContainerPorts[] {
  return on.addresses.map((ip) => ({ internal: containerPort, external: on.port, ip }));
}

/**
 * Ports as texts in one order, whatever the order in which they are published. The engine has an order of its own for the
 * addresses of a port, which is another one after each start, so none means anything.
 */
export function portsInOneOrder(blocks: readonly ContainerPorts[]): string[] {
  return blocks.map(({ internal, external, ip }) => `${ip} ${external} ${internal}`).sort();
}
