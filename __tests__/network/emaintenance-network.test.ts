import { EmaintenanceNetwork } from "../../constructs/network/emaintenance-network";
import { local, production } from "../support/stacks";
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

  test("is never replaced: another name than the one it has is refused by the plan, with the remedy", () => {
    const { resource } = production({ network: { name: "maintenance-2" } });

    expect(resource.docker_network?.network?.lifecycle).toEqual({
      ignore_changes: "all",
      postcondition: [
        {
          condition: '${self.name == "maintenance-2"}',
          error_message:
            "The network of this system is ${self.name}, and network.name is maintenance-2. A network that containers " +
            "use cannot be replaced. Set network.name to ${self.name}, or remove the system first (npx cdktf destroy " +
            "prod) and deploy it again.",
        },
      ],
    });
  });

  test("has, in a development system, the name that its instance gives it", () => {
    const { resource } = local({ machine: { instance: "trial" } });

    expect(resource.docker_network?.network).toMatchObject({
      name: "emaintenance-trial-network",
      lifecycle: { postcondition: [{ condition: '${self.name == "emaintenance-trial-network"}' }] },
    });
  });

  test("refuses a name that Docker would not take", () => {
    expect(() => production({ network: { name: "my net" } })).toThrow(
      'name is "my net": expected letters, digits, "_", "." and "-", such as emaintenance-network',
    );
  });
});
