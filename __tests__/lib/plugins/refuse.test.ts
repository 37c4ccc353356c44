import { dockerProvider } from "../../../lib/plugins/docker/provider";
import { refusals } from "../../../lib/plugins/protocol/refuse";
import { conform } from "../../../lib/plugins/protocol/schema";
import { Unknown, type ObjectValue } from "../../../lib/plugins/protocol/values";

const provider = dockerProvider();

function refused(type: string, config: ObjectValue) {
  const resource = provider.resources[type];
  if (!resource) throw new Error(`no resource ${type}`);
  return refusals(type, resource.schema, conform(resource.schema, config), resource.unsupported);
}

function remedy(field: string): string {
  return (
    "The offline plugin stands in for kreuzwerker/docker 3.9.0 where no registry can be reached, and knows only the fields " +
    `that the stacks use. Remove "${field}", or use the real provider (from the registry, or from a mirror that ` +
    "TF_CLI_CONFIG_FILE names), or add the field to lib/plugins/docker/unsupported.ts."
  );
}

test.each<[string, ObjectValue, string, string]>([
  [
    "docker_container",
    { name: "web", privileged: true },
    "privileged",
    'docker_container "web" sets "privileged", which the offline plugin does not support',
  ],
  [
    "docker_container",
    { name: Unknown.value, domainname: "example.com" },
    "domainname",
    'docker_container sets "domainname", which the offline plugin does not support',
  ],
  [
    "docker_container",
    { name: "web", mounts: [{ type: "tmpfs", target: "/x", tmpfs_options: [{ size_bytes: 1 }] }] },
    "mounts.tmpfs_options",
    'docker_container "web" sets "mounts.tmpfs_options", which the offline plugin does not support',
  ],
  [
    "docker_container",
    { name: "web", networks_advanced: [{ name: "net", mac_address: "02:42:c6:33:64:09" }] },
    "networks_advanced.mac_address",
    'docker_container "web" sets "networks_advanced.mac_address", which the offline plugin does not support',
  ],
  [
    "docker_image",
    { name: "web:1", build: [{ context: ".", secrets: [{ id: "token" }] }] },
    "build.secrets",
    'docker_image "web:1" sets "build.secrets", which the offline plugin does not support',
  ],
  [
    "docker_volume",
    { name: "data", cluster: [{ type: "block" }] },
    "cluster",
    'docker_volume "data" sets "cluster", which the offline plugin does not support',
  ],
  [
    "docker_network",
    { name: "net", ingress: true },
    "ingress",
    'docker_network "net" sets "ingress", which the offline plugin does not support',
  ],
])("%s %j is refused by name", (type, config, field, summary) => {
  const attribute = { steps: [{ attribute_name: field.split(".")[0] }] };
  expect(refused(type, config)).toEqual([{ severity: 1, summary, detail: remedy(field), attribute }]);
});

test("every unsupported field gets a refusal of its own", () => {
  const config = { name: "web", image: "x", privileged: true, tty: true };
  expect(refused("docker_container", config).map(({ summary }) => summary)).toEqual([
    'docker_container "web" sets "privileged", which the offline plugin does not support',
    'docker_container "web" sets "tty", which the offline plugin does not support',
  ]);
});

test("a value that is not known yet is refused as well", () => {
  expect(refused("docker_container", { name: "web", domainname: Unknown.value })).toHaveLength(1);
});

test("an unsupported field at its default changes nothing, so it passes", () => {
  expect(refused("docker_container", { name: "web", tty: false, privileged: false, dns: [] })).toEqual([]);
});

test("a container with the fields that the stacks use passes", () => {
  const config = {
    name: "web",
    image: "sha256:1",
    init: true,
    read_only: true,
    healthcheck: [{ test: ["CMD", "true"], start_interval: "1s" }],
    networks_advanced: [{ name: "net", aliases: ["web"] }],
    volumes: [{ host_path: "/opt", container_path: "/opt", read_only: true }],
  };
  expect(refused("docker_container", config)).toEqual([]);
});

test("the provider's own unsupported fields are refused", () => {
  const config = conform(provider.schema, { host: "unix:///x", cert_path: "/certs" });
  expect(refusals('provider "docker"', provider.schema, config, provider.unsupported)).toEqual([
    {
      severity: 1,
      summary: 'provider "docker" sets "cert_path", which the offline plugin does not support',
      detail: remedy("cert_path"),
      attribute: { steps: [{ attribute_name: "cert_path" }] },
    },
  ]);
});

test("every name in the list of unsupported fields is a field of the schema", () => {
  for (const { schema, unsupported } of Object.values(provider.resources)) {
    for (const path of unsupported?.fields ?? []) {
      const [name = "", inner] = path.split(".");
      const block = inner === undefined ? schema : schema.blocks?.[name];
      const fields = { ...block?.attributes, ...block?.blocks };
      expect(Object.keys(fields)).toContain(inner ?? name);
    }
  }
});
