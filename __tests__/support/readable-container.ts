import { abridged, compact, type Line } from "./readable-text";
import { type ContainerJson, environment } from "./stack-json";

/** How a field of a container reads; what is not listed here is shown as it is. */
const READERS: Record<string, (json: ContainerJson) => readonly Line[]> = {
  command: ({ command = [] }) => [["command", abridged(command.join(" "))]],
  entrypoint: ({ entrypoint = [] }) => [["entrypoint", abridged(entrypoint.join(" "))]],
  env: (json) => Object.entries(environment(json)).map(([name, value]): Line => [`env ${name}`, value]),
  healthcheck: ({ healthcheck }) => {
    if (healthcheck === undefined) {
      return [];
    }
    const { test, interval, timeout, retries, start_period, start_interval, ...rest } = healthcheck;
    return [
      ["health", test.join(" ")],
      [
        "health timing",
        `every ${interval}, within ${timeout}, ${retries} tries; in the first ${start_period} every ${start_interval ?? interval}`,
      ],
      ...Object.entries(rest).map(([name, value]): Line => [`health ${name}`, compact(value)]),
    ];
  },
  capabilities: ({ capabilities }) => [
    ["capabilities", [...capabilities.drop.map((name) => `-${name}`), ...capabilities.add].join(" ")],
  ],
  labels: ({ labels }) => labels.map(({ label, value }): Line => [`label ${label}`, value]),
  log_opts: ({ log_opts }) => [["log_opts", compact(log_opts)]],
  networks_advanced: ({ networks_advanced }) =>
    networks_advanced.map(({ name, aliases }): Line => [
      "network",
      aliases ? `${name} as ${aliases.join(", ")}` : name,
    ]),
  ports: ({ ports }) =>
    ports.map(({ ip, external, internal }): Line => ["published", `${ip}:${external} -> ${internal}`]),
  tmpfs: ({ tmpfs }) => Object.entries(tmpfs).map(([path, options]): Line => ["tmpfs", `${path} ${options}`]),
  volumes: ({ volumes }) =>
    volumes.map(({ container_path, host_path, volume_name, read_only }): Line => [
      "mount",
      `${host_path ?? volume_name} -> ${container_path}${read_only ? " (read-only)" : ""}`,
    ]),
  depends_on: ({ depends_on = [] }) => depends_on.map((address): Line => ["after", address]),
};

/** All fields of a container, as lines. */
export function containerLines(json: ContainerJson): readonly Line[] {
  return Object.keys(json)
    .filter((field) => field !== "name")
    .flatMap((field): readonly Line[] => READERS[field]?.(json) ?? [[field, compact(json[field])]]);
}
