import type { HealthConfig } from "dockerode";
import { Fields } from "../protocol/fields";
import type { Equivalences } from "../protocol/plan";
import { isObject, type ObjectValue, type Value } from "../protocol/values";
import type { ContainerInfo } from "./container-info";
import { portBlocks, samePorts } from "./container-ports";
import { formatDuration } from "./duration";

const MEBIBYTE = 1024 * 1024;
const NANOCPUS = 1e9;

/**
 * The fields that the real plugin reads back from an existing container. It does not read env, labels, volumes and
 * networks_advanced: images add to the first three, so that a comparison would find changes that nobody made.
 */
export function containerState(container: ContainerInfo): ObjectValue {
  const { Config: config, HostConfig: host, NetworkSettings: network, State: state } = container;
  const capabilities = { add: texts(host.CapAdd), drop: texts(host.CapDrop) };
  return {
    id: container.Id,
    name: container.Name.replace(/^\//, ""),
    // The image's id, whatever the configuration names: hence image_id in the configuration.
    image: container.Image,
    hostname: config.Hostname,
    user: config.User,
    working_dir: config.WorkingDir,
    command: config.Cmd ?? [],
    entrypoint: toList(config.Entrypoint),
    stop_signal: config.StopSignal ?? "",
    stop_timeout: config.StopTimeout ?? 0,
    healthcheck: healthcheckBlock(config.Healthcheck),
    rm: host.AutoRemove ?? false,
    read_only: host.ReadonlyRootfs ?? false,
    init: host.Init ?? false,
    runtime: host.Runtime ?? "",
    ipc_mode: host.IpcMode ?? "",
    network_mode: host.NetworkMode ?? "",
    restart: host.RestartPolicy?.Name ?? "no",
    max_retry_count: host.RestartPolicy?.MaximumRetryCount ?? 0,
    log_driver: host.LogConfig?.Type ?? "",
    log_opts: stringMap(host.LogConfig?.Config),
    tmpfs: stringMap(host.Tmpfs),
    sysctls: stringMap(host.Sysctls),
    security_opts: texts(host.SecurityOpt),
    group_add: texts(host.GroupAdd),
    capabilities: capabilities.add.length + capabilities.drop.length === 0 ? [] : [capabilities],
    host: texts(host.ExtraHosts).map(extraHost),
    ulimit: (host.Ulimits ?? []).map(({ Name, Soft, Hard }) => ({
      name: Name ?? "",
      soft: Soft ?? 0,
      hard: Hard ?? 0,
    })),
    shm_size: mebibytes(host.ShmSize),
    memory: mebibytes(host.Memory),
    memory_reservation: mebibytes(host.MemoryReservation),
    memory_swap: mebibytes(host.MemorySwap),
    cpu_shares: host.CpuShares ?? 0,
    cpu_set: host.CpusetCpus ?? "",
    cpus: host.NanoCpus ? String(host.NanoCpus / NANOCPUS) : "",
    ports: portBlocks(network.Ports),
    bridge: network.Bridge ?? "",
    network_data: networkData(network.Networks),
    ...(!state.Running && { exit_code: state.ExitCode }),
  };
}

/** Different spellings of the same. */
export const CONTAINER_EQUIVALENCES: Equivalences = {
  ports: samePorts,
  capabilities: (prior, next) => sortedText(prior, capabilityText) === sortedText(next, capabilityText),
  cpus: (prior, next) => prior !== null && next !== null && Number(prior) === Number(next),
  // Removing the field leaves the image's choice, which is what a reread finds.
  user: (_prior, next) => next === null || next === "",
  working_dir: (_prior, next) => next === null || next === "",
};

function capabilityText(block: Fields): string {
  const names = (field: string) => block.texts(field).map((name) => name.replace(/^CAP_/, ""));
  return JSON.stringify([names("add").sort(), names("drop").sort()]);
}

function sortedText(blocks: Value, text: (block: Fields) => string): string {
  const elements = Array.isArray(blocks) ? blocks.filter(isObject) : [];
  return JSON.stringify(elements.map((element) => text(new Fields(element))).sort());
}

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

function healthcheckBlock(check: HealthConfig | undefined): Value {
  if (!check?.Test) return [];
  return [
    {
      test: check.Test,
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
