import type { TerraformStack } from "cdktf";

/**
 * The Docker provider that users run. The bindings (@cdktf/provider-docker 12.0.3) pin 3.6.2, and that version, like all
 * before 3.7.0, panics on `cpus`. 3.9.0 has the same fields and works.
 */
const DOCKER_PROVIDER = "3.9.0";

/** Makes a stack use the Docker provider that works. */
export function pinProviders(stack: TerraformStack): void {
  stack.addOverride("terraform.required_providers.docker.version", DOCKER_PROVIDER);
}
