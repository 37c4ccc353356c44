import type { Fields } from "../protocol/fields";

interface Login {
  readonly username: string;
  readonly password: string;
}

/** Under which the real plugin looks up the login of an image whose name holds no registry. */
const DOCKER_HUB = "registry-1.docker.io";

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

  /** Whether there is a login for the registry of an image, as the real plugin looks it up. */
  knows(reference: string): boolean {
    return this.logins.has(registryOf(reference));
  }

  /** The header with which the engine pulls an image; without a login, an empty one. */
  header(reference: string): Record<string, string> {
    const registry = registryOf(reference);
    const login = this.logins.get(registry);
    const value = login ? { ...login, serveraddress: `https://${registry}` } : {};
    return { "X-Registry-Auth": paddedBase64Url(JSON.stringify(value)) };
  }
}

/** With the padding that Node's "base64url" leaves out: without it, the engine takes the header for an empty one. */
function paddedBase64Url(text: string): string {
  return Buffer.from(text).toString("base64").replaceAll("+", "-").replaceAll("/", "_");
}

/** An address as a person writes it: with or without a scheme and a path. The names of Docker Hub stay different ones. */
function hostOf(address: string): string {
  return address.replace(/^https?:\/\//, "").replace(/\/.*$/, "");
}

/**
 * The registry of a reference, as the real plugin finds it: the first part of a name in three parts or more, whatever it
 * looks like; of a name in two parts if it has a dot or a port, or is localhost.
 */
function registryOf(reference: string): string {
  const [first = "", ...rest] = reference.split("/");
  const isRegistry = rest.length > 1 || (rest.length === 1 && /[.:]|^localhost$/.test(first));
  return isRegistry ? first : DOCKER_HUB;
}
