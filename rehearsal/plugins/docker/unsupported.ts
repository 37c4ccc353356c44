import type { Unsupported } from "../protocol/resource";
import type { ResourceType } from "./schema";

/**
 * Fields of the real plugin that this one does not apply. To support one, apply it (and read it back, where the real
 * plugin does), remove it here, and test it against an engine.
 */
const FIELDS: Readonly<Record<ResourceType | "provider", readonly string[]>> = {
  provider: ["ca_material", "cert_material", "cert_path", "context", "key_material", "registry_auth"],
  docker_container: [
    "cgroup_parent",
    "cgroupns_mode",
    "cpu_period",
    "cpu_quota",
    "devices",
    "dns",
    "dns_opts",
    "dns_search",
    "domainname",
    "gpus",
    "ipc_mode",
    "mounts",
    "networks_advanced.ipv4_address",
    "networks_advanced.ipv6_address",
    "networks_advanced.mac_address",
    "pid_mode",
    "privileged",
    "publish_all_ports",
    "runtime",
    "stdin_open",
    "storage_opts",
    "sysctls",
    "tty",
    "upload",
    "userns_mode",
    "volumes.from_container",
  ],
  docker_image: ["build", "timeouts"],
  docker_network: ["ingress", "ipam_options"],
  docker_volume: ["cluster"],
};

export function unsupported(of: keyof typeof FIELDS): Unsupported {
  return {
    fields: new Set(FIELDS[of]),
    path: "rehearsal/plugins/docker/unsupported.ts",
    standsFor: "kreuzwerker/docker 3.9.0",
  };
}
