import { randomInt } from "node:crypto";
import { waitFor } from "../../../lib/run";
import { docker, inspect, uniqueName } from "./support/engine";
import { tinyImage } from "./support/tiny-image";
import { Workspace } from "./support/workspace";

jest.setTimeout(180_000);

const image = tinyImage();
const name = uniqueName("net");
const workspace = new Workspace();
/** Drawn by lot, so that two runs at the same time do not meet. */
const prefix = `10.${randomInt(200, 250)}.${randomInt(0, 256)}`;

interface Port {
  readonly internal: number;
  readonly external: number;
  readonly ip: string;
}

function resources() {
  const onNetwork = (aliases: string[]) => ({ name: "${docker_network.net.name}", aliases });
  return {
    docker_network: { net: { name, ipam_config: { subnet: `${prefix}.0/24` } } },
    docker_container: {
      server: {
        name: `${name}-server`,
        image: image.id(),
        command: ["httpd", "-f", "-p", "80", "-h", "/bin"],
        networks_advanced: onNetwork(["user-service", "emaintenance-user-service"]),
        ports: [
          { internal: 8080, ip: "127.0.0.2" },
          { internal: 80, ip: "127.0.0.1" },
          { internal: 80, ip: "127.0.0.2" },
        ],
      },
      client: { name: `${name}-client`, image: image.id(), networks_advanced: onNetwork([]) },
    },
  };
}

beforeAll(async () => {
  await workspace.init(resources());
  await workspace.apply();
});
afterAll(() => workspace.close());

test.each(["user-service", "emaintenance-user-service"])(
  "another container reaches it as %s",
  async (alias) => {
    await waitFor(`an answer of ${alias}`, 20, async () => {
      await docker("exec", `${name}-client`, "wget", "-q", "-O", "/dev/null", `http://${alias}/busybox`);
      return true;
    });
  },
);

test("it is on the configured network and on no other", async () => {
  const { NetworkSettings: settings } = await inspect(`${name}-server`);
  expect(Object.keys(settings.Networks)).toEqual([name]);
  expect(settings.Networks[name]?.IPAddress).toMatch(new RegExp(`^${prefix}.\\d+$`));
});

test("one port is published on two addresses, each with the port of the host that the engine chose", async () => {
  const { NetworkSettings: settings } = await inspect(`${name}-server`);
  const ports = workspace.state("docker_container.server")?.ports as Port[];
  // By the container's ports; two addresses of one port come in the engine's order.
  expect(ports.map(({ internal }) => internal)).toEqual([80, 80, 8080]);
  expect(new Set(ports.map(({ internal, ip }) => `${ip}:${internal}`))).toEqual(
    new Set(["127.0.0.1:80", "127.0.0.2:80", "127.0.0.2:8080"]),
  );
  for (const { internal, external, ip } of ports) {
    expect(settings.Ports[`${internal}/tcp`]).toContainEqual({ HostIp: ip, HostPort: String(external) });
  }
});

test("a published port answers", async () => {
  const ports = workspace.state("docker_container.server")?.ports as Port[];
  const port = ports.find(({ internal, ip }) => internal === 80 && ip === "127.0.0.1");
  const { status } = await fetch(`http://127.0.0.1:${port?.external}/busybox`);
  expect(status).toBe(200);
});
