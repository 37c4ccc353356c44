import { HostLayout } from "../../constructs/ssh/host-layout";
import { describeSystem } from "../../constructs/operator/system-description";
import { ProductionStack, type ProductionStackProps } from "../../constructs/production/production-stack";
import { PublishedPort } from "../../constructs/values/published-port";
import { SEVEN } from "../support/stacks";
import { testApp } from "../support/test-stack";

function description(settings?: ProductionStackProps) {
  const { system } = new ProductionStack(testApp(), "prod", settings);
  return describeSystem(system, new HostLayout());
}

const service = (name: string, settings?: ProductionStackProps) =>
  description(settings).services.find((one) => one.service === name);

describe("what the scripts on the host know of the system", () => {
  const known = description();

  test("is every service, in start order", () => {
    expect(known.services.map((one) => one.service)).toEqual(SEVEN);
    for (const [index, { needs }] of known.services.entries()) {
      for (const needed of needs) {
        expect(SEVEN.indexOf(needed as (typeof SEVEN)[number])).toBeLessThan(index);
      }
    }
  });

  test.each([
    ["postgres", []],
    ["user-service", ["postgres", "redis"]],
    ["work-order-service", ["postgres", "redis", "user-service"]],
    ["web", ["user-service", "work-order-service", "asset-service"]],
    ["nginx", ["web"]],
  ])("is what %s needs", (name, needs) => {
    expect(service(name)?.needs.filter((needed) => needed !== "migration")).toEqual(needs);
  });

  test("is how each is asked, on which ports, and how long it may take", () => {
    expect(service("postgres")).toMatchObject({ probe: { kind: "postgres" }, stopWithinSeconds: 120 });
    expect(service("redis")).toMatchObject({ probe: { kind: "redis", port: 6379 } });
    expect(service("user-service")).toEqual({
      service: "user-service",
      tier: "api",
      container: "emaintenance-user-service",
      replicas: 1,
      needs: ["postgres", "redis"],
      publish: [{ port: 3001, addresses: ["127.0.0.1"] }],
      probe: { kind: "http", port: 3001, path: "/health" },
      healthyWithinSeconds: 120,
      stopWithinSeconds: 30,
    });
    expect(service("web")?.probe).toEqual({ kind: "http", port: 3000, path: "/api/health" });
    expect(service("nginx")?.probe).toEqual({ kind: "gateway", address: "127.0.0.1", port: 3030 });
  });

  test("follows a team's own settings", () => {
    expect(
      service("asset-service", { assetService: { port: 4003, healthPath: "/up", publish: [] } }),
    ).toMatchObject({
      publish: [],
      probe: { port: 4003, path: "/up" },
    });
    const publish = [PublishedPort.everywhere(8080, ["192.0.2.7"])];
    expect(service("nginx", { gateway: { publish } })?.probe).toEqual({
      kind: "gateway",
      address: "192.0.2.7",
      port: 8080,
    });
  });

  test("is one service with its replicas, each needed once", () => {
    const settings = { userService: { replicas: 2 }, web: { replicas: 3 } };
    expect(service("web", settings)).toMatchObject({ container: "emaintenance-web", replicas: 3 });
    expect(service("nginx", settings)?.needs).toEqual(["web"]);
    expect(service("asset-service", settings)?.needs.filter((name) => name === "user-service")).toHaveLength(
      1,
    );
    expect(description(settings).services).toHaveLength(SEVEN.length);
  });

  test("is the job, the volumes and the folders whose owners matter", () => {
    expect(known.jobs).toEqual([{ service: "migration", container: "emaintenance-migration" }]);
    expect(known.volumes).toEqual([
      { name: "postgres-data", folder: "/opt/emaintenance/data/postgres" },
      { name: "redis-data", folder: "/opt/emaintenance/data/redis" },
    ]);
    expect(known.folders).toContainEqual({
      path: "/opt/emaintenance/data/work-order-uploads",
      owner: 1001,
      mode: "0750",
    });
    expect(known.folders).toContainEqual({ path: "/opt/emaintenance/backups", owner: 0, mode: "0700" });
    expect(known.folders.map(({ path }) => path)).not.toContain("/opt/emaintenance/data/postgres");
  });

  test("holds no secret, and nothing that only Terraform can read", () => {
    expect(JSON.stringify(known)).not.toMatch(/\$\{|TfToken|PASSWORD|SECRET/i);
  });
});
