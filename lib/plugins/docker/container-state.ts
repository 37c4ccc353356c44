import type { HealthConfig } from "dockerode";
import type { Equivalences } from "../protocol/plan";
import type { ObjectValue, Value } from "../protocol/values";
import type { ContainerInfo } from "./container-info";
import { portBlocks, samePorts } from "./container-ports";
import { formatCpus } from "./cpus";
import { formatDuration } from "./duration";

const MEBIBYTE = 1024 * 1024;

/**
 * The fields that the real plugin reads back from an existing container. It does not read env, labels, volumes, upload and
 * networks_advanced: images add to the first three, so that a comparison would find changes that nobody made.
 * @param image as the configuration names it: by its id, which is read back as such, or by a reference
 */
export function containerState(container: ContainerInfo, image: string): ObjectValue {
  const { Config: config, HostConfig: host, NetworkSettings: network, State: state } = container;
  const capabilities = { add: texts(host.CapAdd), drop: texts(host.CapDrop) };
  return {
    id: container.Id,
    name: container.Name.replace(/^\//, ""),
    image: image.startsWith("sha256:") ? container.Image : config.Image,
    hostname: config.Hostname,
    domainname: config.Domainname ?? "",
    user: config.User,
    working_dir: config.WorkingDir,
    command: config.Cmd ?? [],
    entrypoint: toList(config.Entrypoint),
    stop_signal: config.StopSignal ?? "",
    stop_timeout: config.StopTimeout ?? 0,
    tty: config.Tty ?? false,
    stdin_open: config.OpenStdin ?? false,
    ...(config.Healthcheck && { healthcheck: healthcheckBlock(config.Healthcheck) }),
    rm: host.AutoRemove ?? false,
    privileged: host.Privileged ?? false,
    publish_all_ports: host.PublishAllPorts ?? false,
    read_only: host.ReadonlyRootfs ?? false,
    init: host.Init ?? false,
    runtime: host.Runtime ?? "",
    ipc_mode: host.IpcMode ?? "",
    pid_mode: host.PidMode ?? "",
    userns_mode: host.UsernsMode ?? "",
    network_mode: host.NetworkMode ?? "",
    restart: host.RestartPolicy?.Name ?? "no",
    max_retry_count: host.RestartPolicy?.MaximumRetryCount ?? 0,
    log_driver: host.LogConfig?.Type ?? "",
    log_opts: stringMap(host.LogConfig?.Config),
    storage_opts: stringMap(host.StorageOpt),
    tmpfs: stringMap(host.Tmpfs),
    sysctls: stringMap(host.Sysctls),
    dns: texts(host.Dns),
    dns_opts: texts(host.DnsOptions),
    dns_search: texts(host.DnsSearch),
    security_opts: texts(host.SecurityOpt),
    group_add: texts(host.GroupAdd),
    ...(capabilities.add.length + capabilities.drop.length > 0 && { capabilities: [capabilities] }),
    host: texts(host.ExtraHosts).map(extraHost),
    ulimit: (host.Ulimits ?? []).map(({ Name, Soft, Hard }) => ({
      name: Name ?? "",
      soft: Soft ?? 0,
      hard: Hard ?? 0,
    })),
    mounts: (host.Mounts ?? []).map((mount) => ({
      type: mount.Type,
      source: mount.Source,
      target: mount.Target,
      read_only: mount.ReadOnly ?? false,
    })),
    shm_size: mebibytes(host.ShmSize),
    memory: mebibytes(host.Memory),
    memory_reservation: mebibytes(host.MemoryReservation),
    memory_swap: mebibytes(host.MemorySwap),
    cpu_shares: host.CpuShares ?? 0,
    cpu_set: host.CpusetCpus ?? "",
    ...(host.NanoCpus && { cpus: formatCpus(host.NanoCpus) }),
    ports: portBlocks(network.Ports),
    bridge: network.Bridge ?? "",
    network_data: networkData(network.Networks),
    ...(!state.Running && { exit_code: state.ExitCode }),
  };
}

/** Different values that the real plugin takes for the same. */
export const CONTAINER_EQUIVALENCES: Equivalences = {
  ports: samePorts,
  // Removing the field leaves the image's choice, which is what a reread finds.
  user: (_prior, next) => next === null || next === "",
  working_dir: (_prior, next) => next === null || next === "",
};

function networkData(networks: ContainerInfo["NetworkSettings"]["Networks"] | undefined): Value {
  return Object.entries(networks ?? {})
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, network]) => ({
      network_name: name,
      ip_address: network.IPAddress,
      ip_prefix_length: network.IPPrefixLen,
      gateway: network.Gateway,
      global_ipv6_address: network.GlobalIPv6Address,
      global_ipv6_prefix_length: network.GlobalIPv6PrefixLen,
      ipv6_gateway: network.IPv6Gateway,
      mac_address: network.MacAddress,
    }));
}

function healthcheckBlock(check: HealthConfig): Value {
  return [
    {
      test: check.Test ?? [],
      interval: formatDuration(check.Interval ?? 0),
      timeout: formatDuration(check.Timeout ?? 0),
      start_period: formatDuration(check.StartPeriod ?? 0),
      start_interval: formatDuration(check.StartInterval ?? 0),
      retries: check.Retries ?? 0,
    },
  ];
}

function extraHost(entry: string): ObjectValue {
  const colon = entry.indexOf(":");
  return { host: entry.slice(0, colon), ip: entry.slice(colon + 1) };
}

function mebibytes(bytes: number | undefined): number {
  const value = bytes ?? 0;
  return value > 0 ? Math.trunc(value / MEBIBYTE) : value;
}

function stringMap(value: unknown): ObjectValue {
  return Object.fromEntries(Object.entries((value ?? {}) as Record<string, string>));
}

function texts(list: unknown): string[] {
  return Array.isArray(list) ? list.map(String) : [];
}

function toList(value: string | string[] | null | undefined): string[] {
  if (value === null || value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}
