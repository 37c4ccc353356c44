import type { Unsupported } from "../protocol/resource";
import type { ResourceType } from "./schema";

/**
 * Fields of the real plugin that this one does not apply. To support one, apply it (and read it back, where the real
 * plugin does), remove it here, and test it against an engine.
 */
const FIELDS: Readonly<Record<ResourceType | "provider", readonly string[]>> = {
  provider: [
    "ca_material",
    "cert_material",
    "cert_path",
    "context",
    "key_material",
    "registry_auth.auth_disabled",
    "registry_auth.config_file",
    "registry_auth.config_file_content",
  ],
  docker_container: [
    "cgroup_parent",
    "cgroupns_mode",
    "cpu_period",
    "cpu_quota",
    "devices",
    "domainname",
    "gpus",
    "ipc_mode",
    "mounts.bind_options",
    "mounts.tmpfs_options",
    "mounts.volume_options",
    "networks_advanced.mac_address",
    "pid_mode",
    "privileged",
    "publish_all_ports",
    "runtime",
    "stdin_open",
    "storage_opts",
    "tty",
    "upload.content_base64",
    "upload.executable",
    "upload.permissions",
    "upload.source",
    "upload.source_hash",
    "userns_mode",
    "volumes.from_container",
  ],
  docker_image: [
    "build.additional_contexts",
    "build.auth_config",
    "build.build_id",
    "build.build_log_file",
    "build.builder",
    "build.cache_to",
    "build.cgroup_parent",
    "build.cpu_period",
    "build.cpu_quota",
    "build.cpu_set_cpus",
    "build.cpu_set_mems",
    "build.cpu_shares",
    "build.isolation",
    "build.memory",
    "build.memory_swap",
    "build.remote_context",
    "build.secrets",
    "build.security_opt",
    "build.session_id",
    "build.squash",
    "build.suppress_output",
    "build.ulimit",
    "build.version",
    "timeouts",
  ],
  docker_network: ["ingress", "ipam_options"],
  docker_volume: ["cluster"],
};

export function unsupported(of: keyof typeof FIELDS): Unsupported {
  return {
    fields: new Set(FIELDS[of]),
    path: "lib/plugins/docker/unsupported.ts",
    standsFor: "kreuzwerker/docker 3.9.0",
  };
}
