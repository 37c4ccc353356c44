import { docker, exists, inspect, uniqueName } from "./support/engine";
import { tinyImage } from "./support/tiny-image";
import { Workspace } from "./support/workspace";

jest.setTimeout(180_000);

const image = tinyImage();
const name = uniqueName("web");
const ADDRESS = "docker_container.web";
const workspace = new Workspace();

/** Every field of a container that production uses, but `start_interval`, which this engine may be too old for. */
function resources(change: object = {}) {
  return {
    docker_image: { base: { name: image.name(), keep_locally: true } },
    docker_network: {
      net: { name, driver: "bridge", internal: true, labels: { label: "test", value: "yes" } },
    },
    docker_volume: { data: { name, labels: { label: "test", value: "yes" } } },
    docker_container: {
      web: {
        name,
        image: "${docker_image.base.image_id}",
        hostname: "web",
        env: ["TZ=UTC", "B=$${not a template}"],
        command: ["sleep", "600"],
        user: "1001:1001",
        working_dir: "/tmp",
        read_only: true,
        init: true,
        capabilities: { drop: ["ALL"], add: ["NET_BIND_SERVICE"] },
        security_opts: ["no-new-privileges:true"],
        tmpfs: { "/tmp": "rw,noexec,size=1m" },
        volumes: [
          { volume_name: "${docker_volume.data.name}", container_path: "/data" },
          { host_path: workspace.folder, container_path: "/etc/shared", read_only: true },
        ],
        networks_advanced: { name: "${docker_network.net.name}", aliases: ["web", "www"] },
        host: { host: "db", ip: "198.51.100.5" },
        group_add: ["999"],
        log_driver: "json-file",
        log_opts: { "max-size": "10m", "max-file": "3" },
        memory: 64,
        memory_swap: 64,
        memory_reservation: 32,
        cpus: "0.5",
        cpu_shares: 512,
        shm_size: 8,
        stop_timeout: 1,
        stop_signal: "SIGKILL",
        destroy_grace_seconds: 1,
        restart: "unless-stopped",
        labels: [
          { label: "tier", value: "web" },
          { label: "release", value: "1" },
        ],
        healthcheck: { test: ["CMD", "true"], interval: "1s", timeout: "2s", start_period: "1s", retries: 3 },
        wait: true,
        wait_timeout: 30,
        ...change,
      },
    },
  };
}

beforeAll(async () => {
  await workspace.init(resources());
  await workspace.apply();
});
afterAll(() => workspace.close());

test("the container on the engine is what was configured", async () => {
  const { Config: config, HostConfig: host, State: state, NetworkSettings: network } = await inspect(name);
  expect(state.Health?.Status).toBe("healthy");
  expect(config).toMatchObject({
    Hostname: "web",
    User: "1001:1001",
    WorkingDir: "/tmp",
    Labels: { tier: "web", release: "1" },
    StopSignal: "SIGKILL",
    StopTimeout: 1,
    Healthcheck: { Test: ["CMD", "true"], Interval: 1e9, Timeout: 2e9, StartPeriod: 1e9, Retries: 3 },
  });
  expect(config.Env).toEqual(expect.arrayContaining(["TZ=UTC", "B=${not a template}"]));
  expect(host).toMatchObject({
    ReadonlyRootfs: true,
    Init: true,
    CapAdd: ["NET_BIND_SERVICE"],
    CapDrop: ["ALL"],
    SecurityOpt: ["no-new-privileges:true"],
    Tmpfs: { "/tmp": "rw,noexec,size=1m" },
    ExtraHosts: ["db:198.51.100.5"],
    GroupAdd: ["999"],
    LogConfig: { Type: "json-file", Config: { "max-size": "10m", "max-file": "3" } },
    Memory: 2 ** 26,
    MemorySwap: 2 ** 26,
    MemoryReservation: 2 ** 25,
    NanoCpus: 5e8,
    CpuShares: 512,
    ShmSize: 2 ** 23,
    RestartPolicy: { Name: "unless-stopped", MaximumRetryCount: 0 },
  });
  expect(host.Binds).toEqual(
    expect.arrayContaining([`${name}:/data:rw`, `${workspace.folder}:/etc/shared:ro`]),
  );
  expect(Object.keys(network.Networks)).toEqual([name]);
  expect(network.Networks[name]?.Aliases).toEqual(expect.arrayContaining(["web", "www"]));
});

test("the state holds what the engine decided", async () => {
  const { Id } = await inspect(name);
  expect(workspace.state(ADDRESS)).toMatchObject({ id: Id, image: image.id(), exit_code: null });
});

test("a plan right after has no changes", async () => {
  expect(await workspace.plan()).toEqual({});
});

test("a changed health check is an update in place that changes nothing on the host, again and again", async () => {
  const changed = resources({
    healthcheck: { test: ["CMD", "true"], interval: "2s", timeout: "2s", retries: 3 },
  });
  const { Id } = await inspect(name);
  expect(await workspace.plan(changed)).toEqual({ [ADDRESS]: "update" });
  await workspace.apply();
  expect(await inspect(name)).toMatchObject({ Id, Config: { Healthcheck: { Interval: 1e9 } } });
  expect(await workspace.plan()).toEqual({ [ADDRESS]: "update" });
});

test("a changed memory limit is an update in place that reaches the host", async () => {
  const { Id } = await inspect(name);
  await workspace.apply(resources({ memory: 96, memory_swap: 96, restart: "always" }));
  const { Id: after, HostConfig: host } = await inspect(name);
  expect(after).toBe(Id);
  expect(host).toMatchObject({
    Memory: 96 * 2 ** 20,
    MemorySwap: 96 * 2 ** 20,
    RestartPolicy: { Name: "always" },
  });
  expect(await workspace.plan()).toEqual({});
});

test("memory without memory_swap shows a change for ever", async () => {
  const changed = resources({ memory: 96, memory_swap: undefined, restart: "always" });
  await workspace.apply(changed);
  expect(await workspace.plan()).toEqual({ [ADDRESS]: "update" });
});

test("a changed label replaces the container", async () => {
  const { Id } = await inspect(name);
  const changed = resources({ labels: [{ label: "release", value: "2" }] });
  expect(await workspace.plan(changed)).toEqual({ [ADDRESS]: "replace" });
  await workspace.apply();
  const after = await inspect(name);
  expect(after.Id).not.toBe(Id);
  expect(after.Config.Labels).toEqual({ release: "2" });
  await workspace.apply(resources());
});

test("a container that was renamed by hand is seen, and replaced", async () => {
  await docker("rename", name, `${name}-old`);
  expect(await workspace.plan()).toEqual({ [ADDRESS]: "replace" });
  await docker("rename", `${name}-old`, name);
  expect(await workspace.plan()).toEqual({});
});

test("a container that was removed by hand is created again", async () => {
  await docker("rm", "--force", name);
  expect(await workspace.plan()).toEqual({ [ADDRESS]: "create" });
  await workspace.apply();
  expect(await exists("container", name)).toBe(true);
  expect(await workspace.plan()).toEqual({});
});

test("a volume and a network that were removed by hand are created again", async () => {
  await docker("rm", "--force", name);
  await docker("volume", "rm", name);
  await docker("network", "rm", name);
  await workspace.apply();
  expect(await workspace.plan()).toEqual({});
});

test("destroy removes everything but the image that is kept", async () => {
  await workspace.destroy();
  expect(
    await Promise.all([exists("container", name), exists("network", name), exists("volume", name)]),
  ).toEqual([false, false, false]);
  expect(await exists("image", image.name())).toBe(true);
});
