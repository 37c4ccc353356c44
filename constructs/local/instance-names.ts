import { Container } from "@cdktf/provider-docker/lib/container";
import { Network } from "@cdktf/provider-docker/lib/network";
import { Volume } from "@cdktf/provider-docker/lib/volume";
import type { IAspect } from "cdktf";
import type { IConstruct } from "constructs";
import { Naming } from "../naming";

/**
 * Names on a developer's own engine, which other projects use too. Volumes carry the project's name: Docker hands out one that
 * is there already, and `postgres-data` could be anybody's. An instance puts its name in as well, so that several can run
 * at the same time; inside their networks, services keep the names under which they know each other.
 */
export class InstanceNames implements IAspect {
  constructor(private readonly instance?: string) {}

  visit(node: IConstruct): void {
    if (node instanceof Container || node instanceof Network || node instanceof Volume) {
      const name = node.nameInput;
      if (name !== undefined) node.name = localName(name, this.instance);
    }
  }
}

/** The name of a container, network or volume of a development system. */
export function localName(name: string, instance?: string): string {
  const own = name.replace(new RegExp(`^${Naming.project}-`), "");
  return [Naming.project, ...(instance === undefined ? [] : [instance]), own].join("-");
}
