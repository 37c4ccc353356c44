import { containerBody, updatableConfig } from "../../../lib/plugins/docker/container-body";
import { containerResource } from "../../../lib/plugins/docker/container";
import { Fields } from "../../../lib/plugins/protocol/fields";
import { plan } from "../../../lib/plugins/protocol/plan";
import type { ObjectValue } from "../../../lib/plugins/protocol/values";

const { schema } = containerResource(() => {
  throw new Error("a request body needs no engine");
});

function planned(config: ObjectValue): Fields {
  return new Fields(plan(schema, null, { name: "web", image: "sha256:1", ...config }).planned);
}

/** The body as it goes over the wire. */
function bodyOf(config: ObjectValue): unknown {
  return JSON.parse(JSON.stringify(containerBody(planned(config))));
}

test("a container with nothing configured leaves everything to the engine and the image", () => {
  expect(bodyOf({})).toEqual({
    Image: "sha256:1",
    HostConfig: {
      RestartPolicy: { Name: "no", MaximumRetryCount: 0 },
      MemoryReservation: 0,
      AutoRemove: false,
      ReadonlyRootfs: false,
      Init: false,
      NetworkMode: "bridge",
      LogConfig: { Type: "", Config: {} },
    },
  });
});

test.each<[string, ObjectValue, object]>([
  ["process", { command: ["a"], entrypoint: ["b"] }, { Cmd: ["a"], Entrypoint: ["b"] }],
  ["user and folder", { user: "1001:1001", working_dir: "/app" }, { User: "1001:1001", WorkingDir: "/app" }],
  ["environment", { hostname: "web", env: ["A=b=c"] }, { Hostname: "web", Env: ["A=b=c"] }],
  ["labels", { labels: [{ label: "tier", value: "web" }] }, { Labels: { tier: "web" } }],
  ["ending", { stop_signal: "SIGINT", stop_timeout: 30 }, { StopSignal: "SIGINT", StopTimeout: 30 }],
  [
    "health check",
    {
      healthcheck: [
        { test: ["CMD", "true"], interval: "1m30s", timeout: "500ms", start_interval: "1s", retries: 3 },
      ],
    },
    {
      Healthcheck: {
        Test: ["CMD", "true"],
        Interval: 90e9,
        Timeout: 5e8,
        StartPeriod: 0,
        StartInterval: 1e9,
        Retries: 3,
      },
    },
  ],
])("%s", (_what, config, expected) => {
  expect(bodyOf(config)).toMatchObject(expected);
});

test.each<[string, ObjectValue, object]>([
  ["init", { init: true, read_only: true }, { Init: true, ReadonlyRootfs: true }],
  [
    "restart policy",
    { restart: "on-failure", max_retry_count: 3 },
    { RestartPolicy: { Name: "on-failure", MaximumRetryCount: 3 } },
  ],
  [
    "sizes in MiB",
    { memory: 512, memory_swap: 512, shm_size: 64 },
    { Memory: 2 ** 29, MemorySwap: 2 ** 29, ShmSize: 2 ** 26 },
  ],
  ["swap without a limit", { memory_swap: -1 }, { MemorySwap: -1 }],
  [
    "CPUs",
    { cpus: "1.5", cpu_shares: 512, cpu_set: "0" },
    { NanoCpus: 1.5e9, CpuShares: 512, CpusetCpus: "0" },
  ],
  [
    "logs",
    { log_driver: "json-file", log_opts: { "max-size": "10m" } },
    { LogConfig: { Type: "json-file", Config: { "max-size": "10m" } } },
  ],
  [
    "capabilities, in the form that Docker's own client sends",
    { capabilities: [{ add: ["kill", "CHOWN", "CAP_KILL"], drop: ["ALL"] }] },
    { CapAdd: ["CAP_CHOWN", "CAP_KILL"], CapDrop: ["ALL"] },
  ],
  [
    "security options",
    { security_opts: ["no-new-privileges:true"] },
    { SecurityOpt: ["no-new-privileges:true"] },
  ],
  ["tmpfs", { tmpfs: { "/tmp": "size=1m" } }, { Tmpfs: { "/tmp": "size=1m" } }],
  ["extra hosts", { host: [{ host: "db", ip: "2001:db8::1" }] }, { ExtraHosts: ["db:2001:db8::1"] }],
  ["groups", { group_add: ["999"] }, { GroupAdd: ["999"] }],
  [
    "limits",
    { ulimit: [{ name: "nofile", soft: 1, hard: 2 }] },
    { Ulimits: [{ Name: "nofile", Soft: 1, Hard: 2 }] },
  ],
  [
    "volumes",
    {
      volumes: [
        { volume_name: "data", container_path: "/data" },
        { host_path: "/opt/logs", container_path: "/logs", read_only: true },
        { container_path: "/anonymous" },
      ],
    },
    { Binds: ["data:/data:rw", "/opt/logs:/logs:ro"] },
  ],
])("host configuration: %s", (_what, config, expected) => {
  expect(bodyOf(config)).toMatchObject({ HostConfig: expected });
});

test("one port of the container can be published on several addresses", () => {
  const ports: ObjectValue[] = [
    { internal: 80, external: 3000, ip: "127.0.0.1" },
    { internal: 80, external: 3030 },
    { internal: 53, protocol: "udp" },
  ];
  expect(bodyOf({ ports })).toMatchObject({
    ExposedPorts: { "80/tcp": {}, "53/udp": {} },
    HostConfig: {
      PortBindings: {
        "80/tcp": [
          { HostIp: "127.0.0.1", HostPort: "3000" },
          { HostIp: "0.0.0.0", HostPort: "3030" },
        ],
        "53/udp": [{ HostIp: "0.0.0.0", HostPort: "" }],
      },
    },
  });
});

test.each<[ObjectValue, string]>([
  [{ command: ["sh", ""] }, "values for command may not be empty"],
  [{ volumes: [{ volume_name: "data" }] }, "volume entry without container path"],
  [{ healthcheck: [{ test: ["CMD", "true"], interval: "30" }] }, '"30" is no duration'],
  [{ cpus: "one" }, 'cpus is "one"'],
])("%j is refused", (config, message) => {
  expect(() => containerBody(planned(config))).toThrow(message);
});

test("an update carries the seven fields that the engine can change", () => {
  const config = {
    restart: "always",
    memory: 128,
    memory_swap: 256,
    memory_reservation: 64,
    cpu_shares: 2,
    cpu_set: "0-1",
  };
  expect(updatableConfig(planned(config))).toEqual({
    RestartPolicy: { Name: "always", MaximumRetryCount: 0 },
    CpuShares: 2,
    CpusetCpus: "0-1",
    Memory: 2 ** 27,
    MemoryReservation: 2 ** 26,
    MemorySwap: 2 ** 28,
  });
});
