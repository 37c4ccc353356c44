import { EmaintenanceNetwork } from "../../constructs/network/emaintenance-network";
import { production } from "../support/stacks";
import { TestStack } from "../support/test-stack";

describe("the network of the system", () => {
  test("is a bridge with the name of the deployment document", () => {
    const { resource } = new TestStack().synthesise();

    expect(resource.docker_network).toMatchObject({
      network: { name: "emaintenance-network", driver: "bridge" },
    });
  });

  test("is known to its users by reference, so that they start after it", () => {
    const stack = new TestStack();

    expect(stack.resolved(stack.network.name)).toBe("${docker_network.network.name}");
    expect(stack.network).toBeInstanceOf(EmaintenanceNetwork);
  });

  test("may have another name", () => {
    const { resource } = production({ network: { name: "maintenance-2" } });

    expect(resource.docker_network?.network).toMatchObject({ name: "maintenance-2" });
  });
});
