import type { Fields } from "../protocol/fields";

interface Login {
  readonly username: string;
  readonly password: string;
}

/** The registry of references that name none. */
const DOCKER_HUB = "docker.io";

/** How the engine logs in to registries, for pulls. */
export class RegistryLogins {
  private readonly logins: ReadonlyMap<string, Login>;

  /** @param blocks the provider's `registry_auth` */
  constructor(blocks: readonly Fields[] = []) {
    this.logins = new Map(
      blocks.map((block) => [
        hostOf(block.requiredText("address")),
        { username: block.text("username") ?? "", password: block.text("password") ?? "" },
      ]),
    );
  }

  /** Whether there is a login to the registry of an image. */
  knows(reference: string): boolean {
    return this.logins.has(registryOf(reference));
  }

  /** The header with which the engine pulls an image; without a login, an empty one. */
  header(reference: string): Record<string, string> {
    const registry = registryOf(reference);
    const login = this.logins.get(registry);
    const value = login ? { ...login, serveraddress: registry } : {};
    return { "X-Registry-Auth": Buffer.from(JSON.stringify(value)).toString("base64url") };
  }
}

/** An address as a person writes it: with or without a scheme and a path. */
function hostOf(address: string): string {
  const host = address.replace(/^https?:\/\//, "").replace(/\/.*$/, "");
  return /^(index\.|registry-1\.)?docker\.io$/.test(host) ? DOCKER_HUB : host;
}

/** The first part of a reference is a registry where it has a dot or a port, or is localhost. */
function registryOf(reference: string): string {
  const [first = "", ...rest] = reference.split("/");
  return rest.length > 0 && /[.:]|^localhost$/.test(first) ? hostOf(first) : DOCKER_HUB;
}
