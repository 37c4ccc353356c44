import { containerResource } from "../../../lib/plugins/docker/container";
import { networkResource } from "../../../lib/plugins/docker/network";
import { plan } from "../../../lib/plugins/protocol/plan";
import { conform } from "../../../lib/plugins/protocol/schema";
import { Unknown, type ObjectValue } from "../../../lib/plugins/protocol/values";

const noEngine = () => {
  throw new Error("planning asks no engine");
};
const container = containerResource(noEngine);
const network = networkResource(noEngine);

/** A container as it is in the state after its creation. */
const existing = conform(container.schema, {
  ...plan(container.schema, null, { name: "web", image: "sha256:1", memory: 64, memory_swap: 64 }).planned,
  id: "abc",
  hostname: "abc",
  env: ["A=1", "B=2"],
  command: [],
  labels: [{ label: "tier", value: "web" }],
  tmpfs: { "/tmp": "size=1m" },
  cpus: "1.0",
  capabilities: [{ add: ["CAP_CHOWN"], drop: ["ALL"] }],
  healthcheck: [healthcheck("30s")],
  ports: [port("127.0.0.1", 3000), port("198.51.100.1", 3030)],
});

function healthcheck(interval: string): ObjectValue {
  return {
    test: ["CMD", "true"],
    interval,
    timeout: "1s",
    start_period: "0s",
    start_interval: "0s",
    retries: 3,
  };
}

function port(ip: string, external: number): ObjectValue {
  return { internal: 80, external, ip, protocol: "tcp" };
}

function planWith(change: ObjectValue) {
  return plan(container.schema, existing, { ...existing, ...change }, container.equivalences);
}

describe("a new container", () => {
  const { planned, replace } = plan(container.schema, null, {
    name: "web",
    image: Unknown.value,
    ports: [{ internal: 80 }],
    healthcheck: [{ test: ["CMD", "true"] }],
  });

  test("gets the defaults", () => {
    expect(planned).toMatchObject({
      must_run: true,
      restart: "no",
      wait_timeout: 60,
      network_mode: "bridge",
    });
  });

  test("gets the defaults of nested blocks", () => {
    expect(planned.healthcheck).toMatchObject([{ interval: "0s", retries: 0 }]);
    expect(planned.ports).toMatchObject([{ ip: "0.0.0.0", protocol: "tcp" }]);
  });

  test("leaves to the apply what the engine decides", () => {
    expect(planned).toMatchObject({ id: Unknown.value, image: Unknown.value, hostname: Unknown.value });
    expect(planned.ports).toMatchObject([{ external: Unknown.value }]);
  });

  test("has an empty list for every kind of block that is not used, but for those that the image gives", () => {
    expect(planned).toMatchObject({ volumes: [], labels: Unknown.value, capabilities: [] });
  });

  test("has nothing if an empty list is written, as the real plugin plans it", () => {
    const { planned: empty } = plan(container.schema, null, { name: "web", dns: [], tmpfs: {} });
    expect(empty).toMatchObject({ dns: null, tmpfs: null });
  });

  test("has an empty text for each that an element of a set leaves out", () => {
    const volume = { volume_name: "data", container_path: "/data" };
    expect(plan(container.schema, null, { name: "web", volumes: [volume] }).planned.volumes).toEqual([
      { ...volume, host_path: "", from_container: "", read_only: null },
    ]);
  });

  test("has 0.0.0.0 for an empty address, as the real plugin plans it", () => {
    const { planned: open } = plan(container.schema, null, {
      name: "web",
      ports: [{ internal: 80, ip: "" }],
    });
    expect(open.ports).toMatchObject([{ ip: "0.0.0.0" }]);
  });

  test("replaces nothing", () => {
    expect(replace).toEqual([]);
  });
});

describe("an existing container", () => {
  test.each<[string, ObjectValue, string[]]>([
    ["another image", { image: "sha256:2" }, ["image"]],
    ["an image that is built in the same apply", { image: Unknown.value }, ["image"]],
    ["another name", { name: "web-2" }, ["name"]],
    ["another environment", { env: ["A=1"] }, ["env"]],
    ["another label", { labels: [{ label: "tier", value: "api" }] }, ["labels"]],
    ["another CPU limit", { cpus: "2" }, ["cpus"]],
    // Causes of changes for ever: what the real plugin reads back is not what was written.
    ["a CPU limit in another form", { cpus: "1" }, ["cpus"]],
    [
      "capabilities without the prefix",
      { capabilities: [{ add: ["CHOWN"], drop: ["ALL"] }] },
      ["capabilities"],
    ],
  ])("is replaced for %s", (_what, change, fields) => {
    expect(planWith(change).replace).toEqual(fields.map((field) => [field]));
  });

  test.each<[string, ObjectValue[], (string | number)[][]]>([
    [
      "another port of the host",
      [port("127.0.0.1", 3001), port("198.51.100.1", 3030)],
      [["ports", 0, "external"]],
    ],
    [
      "two addresses of one port in another order",
      [port("198.51.100.1", 3030), port("127.0.0.1", 3000)],
      [
        ["ports", 0, "external"],
        ["ports", 0, "ip"],
        ["ports", 1, "external"],
        ["ports", 1, "ip"],
      ],
    ],
    ["one port less", [port("127.0.0.1", 3000)], [["ports", 1, "internal"], ["ports", 1, "ip"], ["ports"]]],
  ])("is replaced for %s, and the plan names where", (_what, ports, paths) => {
    expect(planWith({ ports }).replace).toEqual(paths);
  });

  test.each<[string, ObjectValue]>([
    ["another health check", { healthcheck: [healthcheck("10s")] }],
    ["another tmpfs", { tmpfs: { "/tmp": "size=2m" } }],
    ["another memory limit", { memory: 128 }],
    ["another restart policy", { restart: "always" }],
    ["no swap limit any more", { memory_swap: null }],
  ])("is changed in place for %s", (_what, change) => {
    const { planned, replace } = planWith(change);
    expect(planned).toMatchObject(change);
    expect(replace).toEqual([]);
  });

  test.each<[string, ObjectValue]>([
    ["the same", {}],
    ["the environment in another order", { env: ["B=2", "A=1"] }],
    ["an empty list instead of none", { dns: [] }],
    ["a zero instead of none", { cpu_shares: 0 }],
    ["no user, which leaves the image's", { user: null }],
    ["no labels, which leaves the image's", { labels: [] }],
  ])("is left alone for %s", (_what, change) => {
    expect(planWith(change)).toEqual({ planned: existing, replace: [] });
  });
});

test("a state that the real plugin wrote, with an empty value for everything unset, diffs clean", () => {
  const config = { ...existing, volumes: [{ ...emptyVolume, volume_name: "data", container_path: "/data" }] };
  const written = {
    ...existing,
    cpu_shares: 0,
    dns: [],
    domainname: "",
    log_opts: {},
    privileged: false,
    volumes: [
      { volume_name: "data", container_path: "/data", host_path: "", from_container: "", read_only: false },
    ],
  };
  expect(plan(container.schema, written, config, container.equivalences)).toEqual({
    planned: written,
    replace: [],
  });
});

const emptyVolume = { host_path: null, from_container: null, read_only: null };

describe("a network", () => {
  const state = (ipam_config: ObjectValue[]) =>
    conform(network.schema, { id: "1", name: "net", ipam_driver: "default", ipam_config });
  const given = { subnet: "198.51.100.0/24", gateway: "198.51.100.1", ip_range: null, aux_address: null };

  test("keeps the addresses that the engine chose", () => {
    const { replace } = plan(network.schema, state([given]), state([]), network.equivalences);
    expect(replace).toEqual([]);
  });

  test("is replaced for another subnet", () => {
    const other = { ...given, subnet: "203.0.113.0/24", gateway: null };
    const { replace } = plan(network.schema, state([given]), state([other]), network.equivalences);
    expect(replace).toEqual([["ipam_config"]]);
  });
});
