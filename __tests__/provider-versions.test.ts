import { DockerProvider } from "@cdktf/provider-docker/lib/provider";
import { TerraformStack } from "cdktf";
import { pinProviders } from "../constructs/provider-versions";
import { synthesise } from "./support/stack-json";
import { testApp } from "./support/test-stack";

test("the Docker provider is the one that works, whatever the bindings were made from", () => {
  const stack = new TerraformStack(testApp(), "test");
  new DockerProvider(stack, "docker");

  pinProviders(stack);

  expect(synthesise(stack).terraform.required_providers.docker).toEqual({
    source: "kreuzwerker/docker",
    version: "3.9.0",
  });
});
