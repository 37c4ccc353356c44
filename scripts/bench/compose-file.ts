import { ServiceCatalogue } from "../../constructs/services/service-catalogue";

/** What the comparison takes over from `docker inspect`. */
export interface InspectedContainer {
  readonly Name: string;
  readonly Image: string;
  readonly Config: {
    readonly Env: string[];
    readonly Cmd: string[] | null;
    readonly WorkingDir?: string;
    readonly Entrypoint: string[] | null;
    readonly User: string;
    readonly StopSignal?: string;
    readonly Healthcheck: {
      readonly Test: string[];
      readonly Interval: number;
      readonly Timeout: number;
      readonly Retries: number;
      readonly StartPeriod: number;
      /** Engines before 25 have none. */
      readonly StartInterval?: number;
    };
  };
  readonly HostConfig: {
    readonly Binds: string[] | null;
    readonly Tmpfs: Record<string, string> | null;
    readonly CapAdd: string[] | null;
    readonly NanoCpus: number;
    readonly Memory: number;
    /** Null if the provider that made the container named no port. */
    readonly PortBindings: Record<string, { HostIp: string; HostPort: string }[]> | null;
  };
}

/** What a stack knows and its containers do not say. */
export interface ComposeOptions {
  /** Before the service in the name of a container, and of what compose makes. */
  readonly prefix: string;
  /** Who waits for whose health, or for the end of a job. */
  readonly startsAfter: Readonly<Record<string, readonly string[]>>;
  /** Services that run to their end. */
  readonly jobs: readonly string[];
  readonly volumes: object;
}

/** Who waits for whose health. */
const STARTS_AFTER = Object.fromEntries(
  ServiceCatalogue.builtIn.inStartOrder.map(({ name, needs }) => [name, needs]),
);

/** The same, with the migration between the data tier and the services. */
const AFTER_THE_MIGRATION = Object.fromEntries(
  ServiceCatalogue.builtIn.inStartOrder.map(({ name, tier, needs }) => [
    name,
    tier === "api" ? ["migration", ...needs] : needs,
  ]),
);

/** The production stack; its migration has run before, and its volumes are folders of the host that are there already. */
const PRODUCTION: ComposeOptions = {
  prefix: "emaintenance-",
  startsAfter: STARTS_AFTER,
  jobs: [],
  volumes: { "postgres-data": bound("postgres"), "redis-data": bound("redis"), "postgres-socket": {} },
};

/** A development system, with volumes of compose's own in the place of those of the stack. */
export function development(prefix: string, volumes: readonly string[]): ComposeOptions {
  return {
    prefix,
    startsAfter: { ...AFTER_THE_MIGRATION, migration: ["install", "postgres", "redis"] },
    jobs: ["install", "migration"],
    volumes: Object.fromEntries(volumes.map((name) => [name, {}])),
  };
}

const nanoseconds = (value: number) => `${Math.round(value / 1e6)}ms`;

/**
 * A compose file (JSON is YAML) with the same containers, for comparison on the same host: same images, limits, health
 * checks, mounts and start order. It holds the containers' environment, so it belongs into a private file.
 */
export function composeFile(
  containers: readonly InspectedContainer[],
  { prefix, startsAfter, jobs, volumes }: ComposeOptions = PRODUCTION,
): string {
  const services = containers.map((container) => {
    const service = container.Name.replace(`/${prefix}`, "");
    const { Config, HostConfig } = container;
    return [
      service,
      {
        image: container.Image,
        container_name: `${prefix}${service}`,
        environment: Config.Env.map(literal),
        ...(Config.Entrypoint && { entrypoint: Config.Entrypoint.map(literal) }),
        ...(Config.Cmd && { command: Config.Cmd.map(literal) }),
        ...(Config.User && { user: Config.User }),
        ...(Config.WorkingDir && { working_dir: Config.WorkingDir }),
        ...(Config.StopSignal && { stop_signal: Config.StopSignal }),
        volumes: HostConfig.Binds ?? [],
        tmpfs: Object.entries(HostConfig.Tmpfs ?? {}).map(([path, options]) => `${path}:${options}`),
        cap_drop: ["ALL"],
        cap_add: HostConfig.CapAdd ?? [],
        security_opt: ["no-new-privileges:true"],
        read_only: true,
        init: true,
        restart: jobs.includes(service) ? "no" : "unless-stopped",
        cpus: HostConfig.NanoCpus / 1e9,
        mem_limit: HostConfig.Memory,
        memswap_limit: HostConfig.Memory,
        networks: { default: { aliases: [service, `emaintenance-${service}`] } },
        ports: Object.entries(HostConfig.PortBindings ?? {}).flatMap(([port, bindings]) =>
          bindings
            .filter(({ HostIp }) => HostIp !== "::")
            .map(({ HostIp, HostPort }) => `${HostIp}:${HostPort}:${port.replace("/tcp", "")}`),
        ),
        healthcheck: healthCheck(Config.Healthcheck),
        depends_on: Object.fromEntries(
          (startsAfter[service] ?? []).map((other) => [
            other,
            { condition: jobs.includes(other) ? "service_completed_successfully" : "service_healthy" },
          ]),
        ),
      },
    ] as const;
  });
  return JSON.stringify({ name: "compose-comparison", services: Object.fromEntries(services), volumes });
}

function healthCheck(check: InspectedContainer["Config"]["Healthcheck"]): object {
  if (check.Test[0] === "NONE") return { disable: true };
  return {
    test: check.Test.map(literal),
    interval: nanoseconds(check.Interval),
    timeout: nanoseconds(check.Timeout),
    retries: check.Retries,
    start_period: nanoseconds(check.StartPeriod),
    ...(check.StartInterval && { start_interval: nanoseconds(check.StartInterval) }),
  };
}

/** compose would take a dollar sign for one of its own variables. */
function literal(text: string): string {
  return text.replace(/\$/g, () => "$$");
}

function bound(service: "postgres" | "redis"): object {
  const device = `/opt/emaintenance/data/${service}`;
  return { name: `${service}-data`, driver_opts: { type: "none", o: "bind", device } };
}
