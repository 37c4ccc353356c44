import type { DockerProvider } from "@cdktf/provider-docker/lib/provider";
import { TerraformVariable } from "cdktf";
import { Construct } from "constructs";
import { expression } from "../configuration/expression";
import { registryLogins } from "../configuration/variable-rules";

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

  /** The addresses, as a text with spaces; an address is no secret. */
  get addresses(): string {
    return expression('join(" ", nonsensitive(keys(var.REGISTRIES)))');
  }

  /** Lets a provider log in. */
  grantTo(provider: DockerProvider): void {
    provider.addOverride("dynamic.registry_auth", {
      for_each: expression("nonsensitive(toset(keys(var.REGISTRIES)))"),
      content: {
        address: expression("registry_auth.value"),
        username: expression("var.REGISTRIES[registry_auth.value].username"),
        password: expression("var.REGISTRIES[registry_auth.value].password"),
      },
    });
  }
}
