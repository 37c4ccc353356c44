import type { StackJson } from "./stack-json";

const ADDRESS = /\b(docker_[a-z]+|null_resource)\.([a-z0-9_]+)/g;

/**
 * What must be there before a resource is made: what it depends on, by `depends_on` or by a reference, and what that
 * depends on in turn.
 *
 * @returns addresses by address, for example `docker_container.web`
 */
export function startOrder(stack: StackJson): ReadonlyMap<string, ReadonlySet<string>> {
  const direct = new Map<string, Set<string>>();
  for (const [type, resources] of Object.entries(stack.resource)) {
    for (const [name, resource] of Object.entries(resources)) {
      const named = JSON.stringify(resource).matchAll(ADDRESS);
      direct.set(`${type}.${name}`, new Set(Array.from(named, ([address]) => address)));
    }
  }
  return new Map([...direct.keys()].map((address) => [address, reachable(direct, address)]));
}

function reachable(direct: ReadonlyMap<string, ReadonlySet<string>>, from: string): Set<string> {
  const found = new Set<string>();
  const open = [...(direct.get(from) ?? [])];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (!found.has(next)) {
      found.add(next);
      open.push(...(direct.get(next) ?? []));
    }
  }
  return found;
}
