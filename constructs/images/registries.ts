import type { DockerProvider } from "@cdktf/provider-docker/lib/provider";
import { TerraformVariable } from "cdktf";
import { Construct } from "constructs";
import { expression } from "../configuration/expression";
import { registryLogins } from "../configuration/variable-rules";

/** Docker Hub, as it is named in REGISTRIES and in references. */
const DOCKER_HUB = "docker.io";

/**
 * Under these names too the Docker provider looks the login to Docker Hub up: the first one for a reference that names no
 * registry (`postgres:17`, `team/web:1`). Source: version 3.9.0, `parseImageOptions`.
 */
const DOCKER_HUB_OTHERWISE = ["registry-1.docker.io", "index.docker.io"];

/** The addresses under which the provider finds a login, in Terraform's language. */
const ADDRESSES =
  `concat(keys(var.REGISTRIES), contains(keys(var.REGISTRIES), "${DOCKER_HUB}") ? ` +
  `[${DOCKER_HUB_OTHERWISE.map((name) => `"${name}"`).join(", ")}] : [])`;

/** The login at one of them. */
const LOGIN = `try(var.REGISTRIES[registry_auth.value], var.REGISTRIES["${DOCKER_HUB}"])`;

/**
 * Logins to private registries, by the registry's address. The Docker provider hands them to the engine with each pull; they
 * are in its configuration, and in no state. See docs/images.md.
 */
export class Registries extends Construct {
  readonly variable: TerraformVariable;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.variable = new TerraformVariable(this, "REGISTRIES", {
      type: "map(object({ username = string, password = string }))",
      sensitive: true,
      nullable: false,
      default: {},
      description: "Logins to private registries, by their address.",
      validation: registryLogins("REGISTRIES"),
    });
    this.variable.overrideLogicalId("REGISTRIES");
  }

  /** The addresses under which the provider finds a login, as a text with spaces; an address is no secret. */
  get addresses(): string {
    return expression(`join(" ", sort(distinct(nonsensitive(${ADDRESSES}))))`);
  }

  /** Lets a provider log in. */
  grantTo(provider: DockerProvider): void {
    provider.addOverride("dynamic.registry_auth", {
      for_each: expression(`nonsensitive(toset(${ADDRESSES}))`),
      content: {
        address: expression("registry_auth.value"),
        username: expression(`${LOGIN}.username`),
        password: expression(`${LOGIN}.password`),
      },
    });
  }
}
