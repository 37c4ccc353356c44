import { EmaintenanceNetwork } from "../../constructs/network/emaintenance-network";
import { PublishedPort } from "../../constructs/values/published-port";
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

  test("is another one for the data tier, which in production leads nowhere and publishes nothing", () => {
    const { resource } = production({ network: { dataName: "maintenance-data" } });

    expect(resource.docker_network?.data_network).toMatchObject({
      name: "maintenance-data",
      internal: true,
      lifecycle: {
        ignore_changes: "all",
        postcondition: [
          {
            condition: '${self.name == "maintenance-data"}',
            error_message: expect.stringMatching(
              /^The network of the data tier of this system is \$\{self\.name\}, and network\.dataName is maintenance-data\. /,
            ) as string,
          },
        ],
      },
    });
    expect(resource.docker_network?.network).not.toHaveProperty("internal");
  });

  test("lets a developer's own programs to the data tier", () => {
    expect(local().resource.docker_network?.data_network).not.toHaveProperty("internal");
  });

  test("is two: the web would be on the network of the database otherwise", () => {
    expect(() => production({ network: { name: "same", dataName: "same" } })).toThrow(
      'network.name and network.dataName are both "same": expected two networks; give one of them another name',
    );
  });

  test("publishes no port of PostgreSQL on the host in production, and says what to do instead", () => {
    expect(() => production({ postgres: { publish: [PublishedPort.loopback(5432)] } })).toThrow(
      "host port 5432 is published by postgres, which is on emaintenance-data only, and nothing of an internal network is " +
        "published: pass publish: [], and reach it on the host, by docker exec or at its address (see docs/operator.md)",
    );
  });

  test("refuses a name that Docker would not take", () => {
    expect(() => production({ network: { dataName: "my net" } })).toThrow(
      'dataName is "my net": expected letters, digits, "_", "." and "-", such as emaintenance-data',
    );
    expect(() => production({ network: { name: "my net" } })).toThrow(
      'name is "my net": expected letters, digits, "_", "." and "-", such as emaintenance-network',
    );
  });
});
