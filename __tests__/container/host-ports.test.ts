import { TerraformStack } from "cdktf";
import { HostPorts } from "../../constructs/container/host-ports";
import { production } from "../support/stacks";
import { PublishedPort } from "../../constructs/values/published-port";
import { testApp } from "../support/test-stack";

describe("the ports of a host", () => {
  test("belong to the first container that claims one", () => {
    const stack = new TerraformStack(testApp(), "prod");
    HostPorts.of(stack).claim(3000, "emaintenance-web");

    expect(() => HostPorts.of(stack).claim(3000, "emaintenance-nginx")).toThrow(
      new Error(
        "host port 3000 is published twice, by emaintenance-web and by emaintenance-nginx: " +
          "give one of them another port, or pass publish: [] to the one that needs none",
      ),
    );
  });

  test("are counted for each stack alone: each has its own host", () => {
    const app = testApp();
    const [one, other] = [new TerraformStack(app, "one"), new TerraformStack(app, "other")];

    HostPorts.of(one).claim(3000, "emaintenance-web");

    expect(() => HostPorts.of(other).claim(3000, "emaintenance-web")).not.toThrow();
  });

  test("are counted whichever address they are bound to, and across the tiers of the system", () => {
    expect(() => production({ web: { publish: [PublishedPort.loopback(3003)] } })).toThrow(
      new Error(
        "host port 3003 is published twice, by emaintenance-asset-service and by emaintenance-web: " +
          "give one of them another port, or pass publish: [] to the one that needs none",
      ),
    );
  });
});
