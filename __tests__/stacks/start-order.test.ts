import { local, production } from "../support/stacks";
import { startOrder } from "../support/start-order";

/** Each pair: what must be healthy, or done, before what starts. */
const DOCUMENT = [
  ["docker_container.postgres", "docker_container.migration"],
  ["docker_container.migration", "docker_container.user_service"],
  ["docker_container.postgres", "docker_container.user_service"],
  ["docker_container.redis", "docker_container.user_service"],
  ["docker_container.user_service", "docker_container.work_order_service"],
  ["docker_container.user_service", "docker_container.asset_service"],
  ["docker_container.work_order_service", "docker_container.web"],
  ["docker_container.asset_service", "docker_container.web"],
  ["docker_container.web", "docker_container.nginx"],
] as const;

/** What scripts on the host add to it in production. */
const PRODUCTION = [
  ["null_resource.preflight", "null_resource.directories"],
  ["null_resource.directories", "docker_image.postgres"],
  ["null_resource.directories", "docker_volume.postgres_data"],
  ["null_resource.directories", "docker_container.postgres"],
  ["null_resource.directories", "docker_container.redis"],
  ["docker_container.postgres", "null_resource.database_password"],
  ["null_resource.database_password", "docker_container.migration"],
  ["docker_container.migration", "null_resource.migration_gate"],
  ["null_resource.migration_gate", "docker_container.user_service"],
  ["null_resource.migration_gate", "docker_container.work_order_service"],
  ["null_resource.migration_gate", "docker_container.asset_service"],
  ["null_resource.gateway_configuration", "docker_container.nginx"],
] as const;

describe.each([
  ["in production", production(), [...DOCUMENT, ...PRODUCTION]],
  ["in development", local(), DOCUMENT],
] as const)("%s", (_where, stack, pairs) => {
  const order = startOrder(stack);

  test.each(pairs)("%s comes before %s", (first, second) => {
    expect(order.get(second)).toContain(first);
    expect(order.get(first)).not.toContain(second);
  });

  test("the two of the data tier start side by side, and so do work orders and assets", () => {
    const apart = [
      ["docker_container.postgres", "docker_container.redis"],
      ["docker_container.work_order_service", "docker_container.asset_service"],
    ] as const;

    for (const [one, other] of apart) {
      expect(order.get(one)).not.toContain(other);
      expect(order.get(other)).not.toContain(one);
    }
  });
});
