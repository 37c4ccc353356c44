/** What the comparison takes over from `docker inspect`. */
export interface InspectedContainer {
  readonly Name: string;
  readonly Image: string;
  readonly Config: {
    readonly Env: string[];
    readonly Cmd: string[] | null;
    readonly Entrypoint: string[] | null;
    readonly User: string;
    readonly StopSignal?: string;
    readonly Healthcheck: {
      readonly Test: string[];
      readonly Interval: number;
      readonly Timeout: number;
      readonly Retries: number;
      readonly StartPeriod: number;
      readonly StartInterval: number;
    };
  };
  readonly HostConfig: {
    readonly Binds: string[] | null;
    readonly Tmpfs: Record<string, string>;
    readonly CapAdd: string[] | null;
    readonly NanoCpus: number;
    readonly Memory: number;
    readonly PortBindings: Record<string, { HostIp: string; HostPort: string }[]>;
  };
}

/** Who waits for whose health, as in the production stack; the migration has run before. */
const STARTS_AFTER: Record<string, string[]> = {
  "user-service": ["postgres", "redis"],
  "work-order-service": ["user-service"],
  "asset-service": ["user-service"],
  web: ["work-order-service", "asset-service"],
  nginx: ["web"],
};

const serviceOf = (container: InspectedContainer) => container.Name.replace(/^\/emaintenance-/, "");
const nanoseconds = (value: number) => `${Math.round(value / 1e6)}ms`;

/**
 * A compose file (JSON is YAML) with the same containers, for comparison on the same host: same images, limits, health
 * checks, mounts and start order. It holds the containers' environment, so it belongs into a private file.
 */
export function composeFile(containers: readonly InspectedContainer[]): string {
  // compose would take a dollar sign for one of its own variables.
  const literal = (text: string) => text.replace(/\$/g, () => "$$");
  const services = containers.map((container) => {
    const service = serviceOf(container);
    const { Config, HostConfig } = container;
    return [
      service,
      {
        image: container.Image,
        container_name: `emaintenance-${service}`,
        environment: Config.Env.map(literal),
        ...(Config.Entrypoint && { entrypoint: Config.Entrypoint.map(literal) }),
        ...(Config.Cmd && { command: Config.Cmd.map(literal) }),
        ...(Config.User && { user: Config.User }),
        ...(Config.StopSignal && { stop_signal: Config.StopSignal }),
        volumes: HostConfig.Binds ?? [],
        tmpfs: Object.entries(HostConfig.Tmpfs).map(([path, options]) => `${path}:${options}`),
        cap_drop: ["ALL"],
        cap_add: HostConfig.CapAdd ?? [],
        security_opt: ["no-new-privileges:true"],
        read_only: true,
        init: true,
        restart: "unless-stopped",
        cpus: HostConfig.NanoCpus / 1e9,
        mem_limit: HostConfig.Memory,
        memswap_limit: HostConfig.Memory,
        networks: { default: { aliases: [service, `emaintenance-${service}`] } },
        ports: Object.entries(HostConfig.PortBindings).flatMap(([port, bindings]) =>
          bindings
            .filter(({ HostIp }) => HostIp !== "::")
            .map(({ HostIp, HostPort }) => `${HostIp}:${HostPort}:${port.replace("/tcp", "")}`),
        ),
        healthcheck: {
          test: Config.Healthcheck.Test.map(literal),
          interval: nanoseconds(Config.Healthcheck.Interval),
          timeout: nanoseconds(Config.Healthcheck.Timeout),
          retries: Config.Healthcheck.Retries,
          start_period: nanoseconds(Config.Healthcheck.StartPeriod),
          start_interval: nanoseconds(Config.Healthcheck.StartInterval),
        },
        depends_on: Object.fromEntries(
          (STARTS_AFTER[service] ?? []).map((other) => [other, { condition: "service_healthy" }]),
        ),
      },
    ] as const;
  });
  return JSON.stringify({ name: "compose-comparison", services: Object.fromEntries(services), ...volumes() });
}

/** The named volumes of the stack, as folders of the host that are there already. */
function volumes() {
  const bound = (device: string) => ({
    name: device.split("/").pop() === "postgres" ? "postgres-data" : "redis-data",
    driver_opts: { type: "none", o: "bind", device },
  });
  return {
    volumes: {
      "postgres-data": bound("/opt/emaintenance/data/postgres"),
      "redis-data": bound("/opt/emaintenance/data/redis"),
    },
  };
}
