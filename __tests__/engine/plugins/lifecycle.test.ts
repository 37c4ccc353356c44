import { docker, exists, inspect, uniqueName } from "./support/engine";
import { tinyImage } from "./support/tiny-image";
import { Workspace } from "./support/workspace";

jest.setTimeout(180_000);

const image = tinyImage();
const name = uniqueName("web");
const ADDRESS = "docker_container.web";
const workspace = new Workspace();

/** Every field of a container that production uses, but `start_interval`, which this engine may be too old for. */
function resources() {
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
        capabilities: { drop: ["ALL"], add: ["CAP_NET_BIND_SERVICE"] },
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
      },
    },
  };
}

beforeAll(async () => {
  await workspace.init(resources());
  await workspace.apply();
});
afterAll(() => workspace.close());

test("a container with every field that production uses is on the network and has its volumes", async () => {
  const { State: state, HostConfig: host, NetworkSettings: network, Config: config } = await inspect(name);
  expect(state.Health?.Status).toBe("healthy");
  expect(config.Env).toEqual(expect.arrayContaining(["TZ=UTC", "B=${not a template}"]));
  expect(host.Binds).toEqual(
    expect.arrayContaining([`${name}:/data:rw`, `${workspace.folder}:/etc/shared:ro`]),
  );
  expect(Object.keys(network.Networks)).toEqual([name]);
  expect(network.Networks[name]?.Aliases).toEqual(expect.arrayContaining(["web", "www"]));
});

test("a plan right after has no changes", async () => {
  expect(await workspace.plan()).toEqual({});
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
