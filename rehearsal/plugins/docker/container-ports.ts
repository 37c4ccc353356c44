import { Fields } from "../protocol/fields";
import { isObject, type ObjectValue, type Value } from "../protocol/values";

/** What `docker inspect` says about ports, by "80/tcp"; null for a port that is exposed and not published. */
export type PublishedPorts = Readonly<Record<string, readonly { HostIp: string; HostPort: string }[] | null>>;

/** The `ports` blocks of a container, by the container's port. */
export function portBlocks(ports: PublishedPorts | undefined): ObjectValue[] {
  return Object.entries(ports ?? {})
    .flatMap(([key, bindings]) => (bindings ?? []).map((binding) => ({ ...portOf(key), binding })))
    .sort((one, other) => one.internal - other.internal)
    .map(({ internal, protocol, binding }) => ({
      internal,
      external: Number(binding.HostPort),
      ip: binding.HostIp,
      protocol,
    }));
}

/** The same published ports in another order are no difference. */
export function samePorts(one: Value, other: Value): boolean {
  return portTexts(one) === portTexts(other);
}

/** `actual`, in the order of the plan, so that each planned port finds the port of the host that it got. */
export function portsInOrder(planned: Value | undefined, actual: Value | undefined): Value {
  const rest = blocksOf(actual);
  const ordered = blocksOf(planned).flatMap((wanted) => {
    const index = rest.findIndex((candidate) => fits(wanted, candidate));
    return index < 0 ? [] : rest.splice(index, 1);
  });
  return [...ordered, ...rest].map((block) => block.value);
}

function fits(wanted: Fields, candidate: Fields): boolean {
  const external = wanted.number("external");
  return (
    wanted.number("internal") === candidate.number("internal") &&
    wanted.text("protocol") === candidate.text("protocol") &&
    wanted.text("ip") === candidate.text("ip") &&
    (external === undefined || external === candidate.number("external"))
  );
}

function portTexts(blocks: Value): string {
  const texts = blocksOf(blocks).map((block) =>
    JSON.stringify([
      block.text("ip"),
      block.number("internal"),
      block.number("external"),
      block.text("protocol"),
    ]),
  );
  return texts.sort().join();
}

function blocksOf(value: Value | undefined): Fields[] {
  return Array.isArray(value) ? value.filter(isObject).map((block) => new Fields(block)) : [];
}

function portOf(key: string): { internal: number; protocol: string } {
  const [port, protocol = "tcp"] = key.split("/");
  return { internal: Number(port), protocol };
}
