import { Fields } from "../protocol/fields";
import { isObject, type ObjectValue, type Value } from "../protocol/values";

/** What `docker inspect` says about ports, by "80/tcp"; null for a port that is exposed and not published. */
export type PublishedPorts = Readonly<Record<string, readonly { HostIp: string; HostPort: string }[] | null>>;

/** The `ports` blocks of a container, by the container's port; several addresses of one port in the engine's order. */
export function portBlocks(ports: PublishedPorts | undefined): ObjectValue[] {
  return Object.entries(ports ?? {})
    .flatMap(([key, bindings]) => (bindings ?? []).map((binding) => ({ ...portOf(key), binding })))
    .sort((one, other) => one.internal - other.internal || one.protocol.localeCompare(other.protocol))
    .map(({ internal, protocol, binding }) => ({
      internal,
      external: Number(binding.HostPort),
      ip: binding.HostIp,
      protocol,
    }));
}

/**
 * When the real plugin takes two lists of published ports for the same. Each old port is held against the first new one of
 * the same port of the container, so that ports in another order are no difference, but two addresses of one port are.
 */
export function samePorts(prior: Value, next: Value): boolean {
  const [before, after] = [blocksOf(prior), blocksOf(next)];
  return (
    before.length > 0 && before.length === after.length && before.every((port) => isStillThere(port, after))
  );
}

function isStillThere(port: Fields, after: readonly Fields[]): boolean {
  const inContainer = after.filter((other) => other.number("internal") === port.number("internal"));
  const sameProtocol = inContainer.findIndex((other) => other.text("protocol") === port.text("protocol"));
  const found = inContainer[sameProtocol];
  return (
    found !== undefined &&
    found.value.external === port.value.external &&
    found.text("ip") === port.text("ip")
  );
}

/**
 * The planned ports with the addresses as the operator wrote them: a plan holds "0.0.0.0" for an empty address, and the
 * engine gets the empty one.
 */
export function portsAsWritten(planned: Fields, config: Fields): Fields {
  const written = config.blocks("ports");
  const ports = planned.blocks("ports").map(({ value }, index) => {
    return written[index]?.value.ip === "" ? { ...value, ip: "" } : value;
  });
  return new Fields({ ...planned.value, ports });
}

function blocksOf(value: Value): Fields[] {
  return Array.isArray(value) ? value.filter(isObject).map((block) => new Fields(block)) : [];
}

function portOf(key: string): { internal: number; protocol: string } {
  const [port, protocol = "tcp"] = key.split("/");
  return { internal: Number(port), protocol };
}
