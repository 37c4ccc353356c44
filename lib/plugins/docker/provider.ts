import { PluginError } from "../protocol/errors";
import type { Fields } from "../protocol/fields";
import type { Provider } from "../protocol/resource";
import { hasUnknown } from "../protocol/values";
import { connectionsTo } from "./connection";
import { containerResource } from "./container";
import { Engine } from "./engine";
import { parseHost } from "./host";
import { imageResource } from "./image";
import { networkResource } from "./network";
import { RegistryLogins } from "./registry-logins";
import { schema } from "./schema";
import { unsupported } from "./unsupported";
import { volumeResource } from "./volume";

/** kreuzwerker/docker 3.9.0, as far as the stacks use it. */
export function dockerProvider(): Provider {
  let configured: Engine | undefined;
  let logins = new RegistryLogins();
  const engine = () => {
    if (configured) return configured;
    throw new PluginError(
      'provider "docker": the host is known only after apply',
      "Expected: a host that does not depend on objects of the same apply. Make `host` a variable.",
    );
  };
  return {
    name: "docker",
    schema: schema.provider,
    unsupported: unsupported("provider"),
    resources: {
      docker_container: containerResource(engine),
      docker_image: imageResource(engine, () => logins),
      docker_network: networkResource(engine),
      docker_volume: volumeResource(engine),
    },
    configure: async (config) => {
      if (hasUnknown(config.value)) return;
      configured = engineOf(config);
      logins = new RegistryLogins(config.blocks("registry_auth"));
      if (!config.flag("disable_docker_daemon_check")) await configured.apiVersion();
    },
  };
}

function engineOf(config: Fields): Engine {
  const host = parseHost(config.text("host") ?? process.env.DOCKER_HOST);
  return new Engine(host, connectionsTo(host, config.texts("ssh_opts")));
}
