import { containerResource } from "../../../rehearsal/plugins/docker/container";
import { networkResource } from "../../../rehearsal/plugins/docker/network";
import { keepPrior, plan } from "../../../rehearsal/plugins/protocol/plan";
import { conform } from "../../../rehearsal/plugins/protocol/schema";
import { Unknown, type ObjectValue } from "../../../rehearsal/plugins/protocol/values";

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

  test("has an empty list for every kind of block that is not used", () => {
    expect(planned).toMatchObject({ volumes: [], labels: [], capabilities: [] });
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
    ["one port less", { ports: [port("127.0.0.1", 3000)] }, ["ports"]],
    ["another CPU limit", { cpus: "2" }, ["cpus"]],
  ])("is replaced for %s", (_what, change, fields) => {
    expect(planWith(change).replace).toEqual(fields);
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
    ["the ports in another order", { ports: [port("198.51.100.1", 3030), port("127.0.0.1", 3000)] }],
    ["an empty list instead of none", { dns: [] }],
    ["a zero instead of none", { cpu_shares: 0 }],
    ["no user, which leaves the image's", { user: null }],
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

describe("what a reread finds", () => {
  const read = (actual: ObjectValue) =>
    keepPrior(container.schema, existing, { ...existing, ...actual }, container.equivalences);

  test("is kept as it was where it means the same", () => {
    expect(read({ env: ["B=2", "A=1"], cpu_set: "", dns: [] })).toEqual(existing);
  });

  test("is taken over where it differs", () => {
    expect(read({ name: "renamed" })).toEqual({ ...existing, name: "renamed" });
  });

  test.each([
    ["NET_BIND_SERVICE", "CAP_NET_BIND_SERVICE"],
    ["CAP_NET_BIND_SERVICE", "NET_BIND_SERVICE"],
  ])("says no difference between the capabilities %s and %s", (prior, actual) => {
    const state = { ...existing, capabilities: [{ add: [prior], drop: ["ALL"] }] };
    const next = { ...state, capabilities: [{ add: [actual], drop: ["ALL"] }] };
    expect(keepPrior(container.schema, state, next, container.equivalences)).toEqual(state);
  });
});

describe("a network", () => {
  const state = (ipam_config: ObjectValue[]) =>
    conform(network.schema, { id: "1", name: "net", ipam_driver: "default", ipam_config });
  const given = { subnet: "198.51.100.0/24", gateway: "198.51.100.1", ip_range: null, aux_address: null };

  test("keeps the addresses that the engine chose", () => {
    const { replace } = plan(network.schema, state([given]), state([]), network.equivalences);
    expect(replace).toEqual([]);
  });

  test("keeps the gateway that the engine chose for a configured subnet", () => {
    const { replace } = plan(
      network.schema,
      state([given]),
      state([{ ...given, gateway: null }]),
      network.equivalences,
    );
    expect(replace).toEqual([]);
  });

  test("is replaced for another subnet", () => {
    const other = { ...given, subnet: "203.0.113.0/24", gateway: null };
    const { replace } = plan(network.schema, state([given]), state([other]), network.equivalences);
    expect(replace).toEqual(["ipam_config"]);
  });
});
