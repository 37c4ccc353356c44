import { local, production } from "../support/stacks";
import { startOrder } from "../support/start-order";

type Pair = readonly [first: string, second: string];

/** Those that wait for the data tier on the host, so that Terraform does not replace it as it does them. */
const DATA_FIRST: readonly Pair[] = [
  ["docker_container.postgres", "docker_container.migration"],
  ["docker_container.postgres", "docker_container.user_service"],
  ["docker_container.redis", "docker_container.user_service"],
];

/** Each pair: what must be healthy, or done, before what starts. */
const DOCUMENT: readonly Pair[] = [
  ["docker_container.migration", "docker_container.user_service"],
  ["docker_container.user_service", "docker_container.work_order_service"],
  ["docker_container.user_service", "docker_container.asset_service"],
  ["docker_container.work_order_service", "docker_container.web"],
  ["docker_container.asset_service", "docker_container.web"],
  ["docker_container.web", "docker_container.nginx"],
];

/** What scripts on the host add to it in production. */
const PRODUCTION: readonly Pair[] = [
  ["null_resource.preflight", "null_resource.directories"],
  ["null_resource.directories", "docker_image.postgres"],
  ["null_resource.directories", "docker_volume.postgres_data"],
  ["null_resource.directories", "docker_container.postgres"],
  ["null_resource.directories", "docker_container.redis"],
  ["null_resource.directories", "null_resource.deployment_begin"],
  ["null_resource.deployment_begin", "docker_container.postgres"],
  ["null_resource.deployment_begin", "docker_container.redis"],
  ["docker_container.postgres", "null_resource.database_password"],
  ["null_resource.database_password", "null_resource.data_ready"],
  ["docker_container.redis", "null_resource.data_ready"],
  ["null_resource.data_gate", "null_resource.safety_dump"],
  ["null_resource.safety_dump", "docker_container.migration"],
  ["docker_container.migration", "null_resource.migration_gate"],
  ["null_resource.migration_gate", "docker_container.user_service"],
  ["null_resource.migration_gate", "docker_container.work_order_service"],
  ["null_resource.migration_gate", "docker_container.asset_service"],
  ["docker_container.user_service", "null_resource.user_service_gate"],
  ["null_resource.user_service_gate", "docker_container.work_order_service"],
  ["null_resource.user_service_gate", "docker_container.asset_service"],
  ["null_resource.work_order_service_gate", "docker_container.web"],
  ["null_resource.asset_service_gate", "docker_container.web"],
  ["null_resource.deployment_begin", "null_resource.gateway_trial"],
  ["null_resource.gateway_trial", "docker_container.migration"],
  ["null_resource.web_gate", "null_resource.switch"],
  ["null_resource.switch", "null_resource.gateway_configuration"],
  ["null_resource.gateway_configuration", "docker_container.nginx"],
  ["docker_container.nginx", "null_resource.deployment_end"],
  ["null_resource.deployment_begin", "null_resource.firewall"],
  // A published port is open before the firewall is there.
  ["null_resource.firewall", "docker_container.nginx"],
  ["docker_network.network", "null_resource.firewall"],
  ["docker_network.data_network", "null_resource.firewall"],
  // Services of an earlier version look for the data tier there.
  ["docker_network.data_network", "null_resource.data_join"],
  ["null_resource.data_join", "null_resource.data_ready"],
];

describe.each([
  ["in production", production(), [...DOCUMENT, ...PRODUCTION]],
  ["in development", local(), [...DATA_FIRST, ...DOCUMENT]],
] as const)("%s", (_where, stack, pairs) => {
  const order = startOrder(stack);

  test.each(pairs)("%s comes before %s", (first, second) => {
    expect(order.get(second)).toContain(first);
    expect(order.get(first)).not.toContain(second);
  });

  test("the two of the data tier start at the same time, and so do work orders and assets", () => {
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

describe("host components leave Terraform, which works on ten things at once, to the containers", () => {
  const stack = production();
  const order = startOrder(stack);
  const after = (address: string) => order.get(address) ?? new Set<string>();
  const jobs = Object.entries(stack.resource.null_resource ?? {})
    .filter(([, { triggers }]) => typeof (triggers as { FOLDER?: string }).FOLDER === "string")
    .map(([name]) => `null_resource.${name}`)
    .filter((address) => after(address).has("null_resource.job_runner"));

  test("timers are installed one at a time", () => {
    expect(jobs).toContain("null_resource.watchdog");
    expect(jobs.length).toBeGreaterThan(5);
    for (const one of jobs) {
      for (const other of jobs.filter((another) => another !== one)) {
        expect(after(one).has(other) || after(other).has(one)).toBe(true);
      }
    }
  });

  test("no container waits for them, but the gateway for the firewall", () => {
    for (const [address, before] of order) {
      if (!address.startsWith("docker_container.")) continue;
      for (const component of [...jobs, "null_resource.job_runner", "null_resource.operator_command"]) {
        expect([...before]).not.toContain(component);
      }
      if (address !== "docker_container.nginx") expect([...before]).not.toContain("null_resource.firewall");
    }
  });

  test("the removal of one waits for none of the others", () => {
    for (const job of jobs) {
      expect(jobs.filter((other) => after(`${job}_removal`).has(other))).toEqual([]);
    }
  });

  test("the login of the checks is laid down while the containers start", () => {
    expect([...after("null_resource.verify_login")]).not.toContain("docker_container.nginx");
    expect([...after("null_resource.verify")]).toContain("null_resource.verify_login");
  });
});

/** A resource that depends on one of these, directly or not, would have Terraform create a second one while the first one exists. */
test.each(["docker_container.postgres", "docker_container.redis", "docker_container.nginx"])(
  "in production, nothing that is made before its predecessor goes needs %s",
  (inPlace) => {
    const stack = production();
    const order = startOrder(stack);
    const blueGreen = Object.entries(stack.resource).flatMap(([type, resources]) =>
      Object.entries(resources)
        .filter(([, resource]) => JSON.stringify(resource).includes('"create_before_destroy":true'))
        .map(([name]) => `${type}.${name}`),
    );

    expect(blueGreen).toContain("docker_container.user_service");
    for (const one of blueGreen) {
      expect(order.get(one)).not.toContain(inPlace);
    }
  },
);
