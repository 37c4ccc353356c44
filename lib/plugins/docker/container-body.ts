import type { ContainerCreateOptions, HealthConfig, HostConfig, MountSettings } from "dockerode";
import { PluginError } from "../protocol/errors";
import type { Fields } from "../protocol/fields";
import { parseCpus } from "./cpus";
import { parseDuration } from "./duration";
import { labelsOf } from "./labels";

const MEBIBYTE = 1024 * 1024;

/**
 * The body of the engine's request that creates a container. What is not configured is left out, so that the engine and
 * the image decide.
 * @throws PluginError for values that the engine could not take
 */
export function containerBody(planned: Fields): ContainerCreateOptions {
  const command = planned.texts("command");
  if (command.includes("")) throw new PluginError("values for command may not be empty");
  const ports = portMaps(planned.blocks("ports"));
  const volumes = volumeMaps(planned.blocks("volumes"));
  return {
    Image: planned.requiredText("image"),
    Hostname: planned.text("hostname"),
    User: planned.text("user"),
    WorkingDir: planned.text("working_dir"),
    Env: optional(planned.texts("env")),
    Cmd: optional(command),
    Entrypoint: optional(planned.texts("entrypoint")),
    Labels: optionalMap(labelsOf(planned)),
    ExposedPorts: ports.exposed,
    Volumes: optionalMap(volumes.targets),
    StopSignal: planned.text("stop_signal"),
    StopTimeout: planned.number("stop_timeout"),
    Healthcheck: healthcheck(planned.blocks("healthcheck")[0]),
    HostConfig: { ...hostConfig(planned), PortBindings: ports.bindings, Binds: optional(volumes.binds) },
  };
}

function hostConfig(planned: Fields): HostConfig {
  const capabilities = planned.blocks("capabilities")[0];
  return {
    ...updatableConfig(planned),
    AutoRemove: planned.flag("rm"),
    ReadonlyRootfs: planned.flag("read_only"),
    // As the real plugin: without the field there is no init, whatever the engine's own default is.
    Init: planned.flag("init"),
    NetworkMode: planned.text("network_mode"),
    LogConfig: logConfig(planned),
    Tmpfs: optionalMap(planned.map("tmpfs")),
    Sysctls: optionalMap(planned.map("sysctls")),
    Dns: optional(planned.texts("dns")),
    DnsOptions: optional(planned.texts("dns_opts")),
    DnsSearch: optional(planned.texts("dns_search")),
    Mounts: optional(planned.blocks("mounts").map(mount)),
    ExtraHosts: optional(planned.blocks("host").map((host) => `${host.text("host")}:${host.text("ip")}`)),
    Ulimits: optional(planned.blocks("ulimit").map(ulimit)),
    CapAdd: capabilities && optional(canonicalCapabilities(capabilities.texts("add"))),
    CapDrop: capabilities && optional(canonicalCapabilities(capabilities.texts("drop"))),
    SecurityOpt: optional(planned.texts("security_opts")),
    GroupAdd: optional(planned.texts("group_add")),
    ShmSize: mebibytes(planned.number("shm_size")),
    NanoCpus: planned.has("cpus") ? parseCpus(planned.requiredText("cpus")) : undefined,
  };
}

/** What the real plugin can change without replacing the container. */
export const UPDATABLE = [
  "restart",
  "max_retry_count",
  "cpu_shares",
  "cpu_set",
  "memory",
  "memory_reservation",
  "memory_swap",
] as const;

/** The same as the engine's request that updates a container takes it. */
export function updatableConfig(planned: Fields) {
  return {
    RestartPolicy: {
      Name: planned.text("restart") ?? "no",
      MaximumRetryCount: planned.number("max_retry_count") ?? 0,
    },
    CpuShares: planned.number("cpu_shares"),
    CpusetCpus: planned.text("cpu_set"),
    Memory: mebibytes(planned.number("memory")),
    MemoryReservation: mebibytes(planned.number("memory_reservation")),
    MemorySwap: mebibytes(planned.number("memory_swap")),
  };
}

/** The engine chooses the driver if none is configured, and refuses options without a driver. */
function logConfig(planned: Fields): HostConfig["LogConfig"] {
  return { Type: planned.text("log_driver") ?? "", Config: planned.map("log_opts") };
}

function healthcheck(block: Fields | undefined): HealthConfig | undefined {
  if (!block) return undefined;
  const nanoseconds = (name: string) => parseDuration(block.text(name) ?? "0s");
  return {
    Test: block.texts("test"),
    Interval: nanoseconds("interval"),
    Timeout: nanoseconds("timeout"),
    StartPeriod: nanoseconds("start_period"),
    StartInterval: nanoseconds("start_interval"),
    Retries: block.number("retries") ?? 0,
  };
}

interface PortMaps {
  readonly exposed: Record<string, object>;
  readonly bindings: Record<string, { HostIp: string; HostPort: string }[]>;
}

type OptionalMaps = { readonly [Name in keyof PortMaps]?: PortMaps[Name] };

/** One port of the container may be published several times, on different addresses. */
function portMaps(blocks: readonly Fields[]): OptionalMaps {
  // Left out, as by the real plugin: the engine then reports null and not an empty object.
  if (blocks.length === 0) return {};
  const maps: PortMaps = { exposed: {}, bindings: {} };
  for (const block of blocks) {
    const key = `${block.number("internal")}/${block.text("protocol") ?? "tcp"}`;
    maps.exposed[key] = {};
    (maps.bindings[key] ??= []).push({
      // An empty address is every address, IPv4 and IPv6.
      HostIp: block.value.ip === "" ? "" : (block.text("ip") ?? "0.0.0.0"),
      // Without a port of the host, the engine takes a free one.
      HostPort: String(block.number("external") ?? ""),
    });
  }
  return maps;
}

interface VolumeMaps {
  readonly targets: Record<string, object>;
  readonly binds: string[];
}

function volumeMaps(blocks: readonly Fields[]): VolumeMaps {
  const maps: VolumeMaps = { targets: {}, binds: [] };
  for (const block of blocks) {
    const target = block.text("container_path");
    if (target === undefined) throw new PluginError("volume entry without container path");
    const source = block.text("volume_name") ?? block.text("host_path");
    maps.targets[target] = {};
    if (source !== undefined) maps.binds.push(`${source}:${target}:${block.flag("read_only") ? "ro" : "rw"}`);
  }
  return maps;
}

/** As Docker's own client sends them: each once, in the order of the names, in capitals, with the prefix except for ALL. */
function canonicalCapabilities(names: readonly string[]): string[] {
  const canonical = names.map((name) => {
    const upper = name.toUpperCase();
    return upper === "ALL" || upper.startsWith("CAP_") ? upper : `CAP_${upper}`;
  });
  return [...new Set(canonical)].sort();
}

/** @throws PluginError for every other kind than `bind` */
function mount(block: Fields): MountSettings {
  const type = block.requiredText("type");
  if (type !== "bind") {
    throw new PluginError(
      `mounts has the type "${type}", which the offline plugin does not support`,
      'Expected: "bind". For a volume use a "volumes" block, for a tmpfs the field "tmpfs", or use the real provider.',
    );
  }
  return {
    Type: type,
    Source: block.text("source") ?? "",
    Target: block.requiredText("target"),
    ReadOnly: block.flag("read_only"),
  };
}

function ulimit(block: Fields) {
  return { Name: block.text("name"), Soft: block.number("soft") ?? 0, Hard: block.number("hard") ?? 0 };
}

/** Negative values mean "unlimited" and are no sizes. */
function mebibytes(value: number | undefined): number | undefined {
  return value === undefined || value < 0 ? value : value * MEBIBYTE;
}

function optional<T>(list: T[]): T[] | undefined {
  return list.length === 0 ? undefined : list;
}

function optionalMap<T extends object>(map: T): T | undefined {
  return Object.keys(map).length === 0 ? undefined : map;
}
