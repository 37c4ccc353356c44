import {
  Container,
  type ContainerConfig,
  type ContainerPorts,
  type ContainerVolumes,
} from "@cdktf/provider-docker/lib/container";
import { dependable, type ITerraformDependable, Lazy } from "cdktf";
import { Construct } from "constructs";
import { portOnInternalNetwork } from "../errors";
import { Naming, type Tier } from "../naming";
import type { ServiceImage } from "../images/service-image";
import type { EmaintenanceNetwork } from "../network/emaintenance-network";
import type { BlueGreen } from "./blue-green";
import { HealthCheck } from "../values/health-check";
import { PublishedPort } from "../values/published-port";
import { escapeTemplate } from "../values/terraform-text";
import { capability } from "./capability";
import { HostPorts } from "./host-ports";
import { portBlocks, portsInOneOrder } from "./port-blocks";
import { settingsDigest } from "./settings-digest";
import { type ResourceLimits, checkedLimits } from "./resource-limits";
import { Tmpfs } from "./tmpfs";

export interface TierContainerProps {
  readonly tier: Tier;
  /** Short name, for example `user-service`; the container's name and aliases follow from it. */
  readonly service: string;
  /** Number of this container among the replicas of a service, from 1. @default 1 */
  readonly instance?: number;
  /** Number of replicas. Another number replaces all containers that are deployed blue-green: only those of one deployment share an address. @default 1 */
  readonly of?: number;
  /** Blue-green deployment, under a name of its own until the cutover. @default the container is replaced in place */
  readonly blueGreen?: BlueGreen;
  readonly image: ServiceImage;
  readonly network: EmaintenanceNetwork;
  /** Another network that it is on, by its name alone. @default none */
  readonly alsoOn?: EmaintenanceNetwork;
  /** More names in `network` under which it answers. @default none */
  readonly answersFor?: readonly string[];
  /** @default the image's */
  readonly entrypoint?: readonly string[];
  /** @default the image's */
  readonly command?: readonly string[];
  /** Environment variables that win over whatever else sets them. @default none */
  readonly environment?: Readonly<Record<string, string>>;
  /** `uid:gid` of the program. @default the image's */
  readonly user?: string;
  /** Linux capabilities that the program needs, such as CHOWN; all others are dropped. @default none */
  readonly capabilities?: readonly string[];
  /** Folders in memory, the only writable places of a read-only root apart from the volumes. @default /tmp, 64 MiB */
  readonly tmpfs?: readonly Tmpfs[];
  readonly volumes?: readonly ContainerVolumes[];
  /** Ports of the host under which the service answers. The gateway holds those of a container that is deployed blue-green. @default none */
  readonly publish?: readonly { readonly containerPort: number; readonly on: PublishedPort }[];
  /** @default none, not even the image's own: for jobs, which end */
  readonly healthCheck?: HealthCheck;
  /** Ports of the host that this container holds for other services. @default none */
  readonly forwards?: TierContainerProps["publish"];
  readonly limits: ResourceLimits;
  /** MiB below which the program does not work, so that a smaller limit is refused. @default 6, the least that Docker takes */
  readonly leastMemoryMiB?: number;
  /** Kernel settings of the container's own network. @default none */
  readonly sysctls?: Readonly<Record<string, string>>;
  /** Size of /dev/shm in MiB. @default Docker's 64 */
  readonly shmSizeMiB?: number;
  /** @default the image's, usually SIGTERM */
  readonly stopSignal?: string;
  /** Seconds between the stop signal and SIGKILL. @default 30 */
  readonly stopTimeoutSeconds?: number;
  /** Seconds within which the container must become healthy. @default 120 */
  readonly healthyWithinSeconds?: number;
  /**
   * True: a container that does not run is removed by the next refresh, and created again by the next deploy. False: it is
   * left alone, with its log. See docs/decisions/002-stopped-containers.md.
   */
  readonly replacedWhenStopped: boolean;
  /**
   * A job that runs to its end inside the deploy, instead of a program that keeps running. If it is deployed
   * blue-green, its gate has to start it. @default false
   */
  readonly runsToCompletion?: boolean;
}

/** What a container runs instead of its image's program. */
export interface ContainerRun {
  readonly command: readonly string[];
  /** `uid:gid` of the program. */
  readonly user: string;
  /** @default the image's */
  readonly workingFolder?: string;
  /** Seconds within which the container must become healthy. @default as it was */
  readonly healthyWithinSeconds?: number;
  /** In addition to those that it has. @default none */
  readonly volumes?: readonly ContainerVolumes[];
  /** Ports of the machine's loopback address, in addition to those that it has. @default none */
  readonly loopbackPorts?: readonly { readonly containerPort: number; readonly port: number }[];
  /** Whether the machine itself is reachable as host.docker.internal. @default false */
  readonly reachesHost?: boolean;
  /** More environment variables. @default none */
  readonly environment?: Readonly<Record<string, string>>;
}

/** Source: Docker documentation, "Resource constraints". */
const LEAST_MEMORY_MIB = 6;

/**
 * A container as every tier wants it: restarted, log-rotated, limited, without privileges, read-only but for what it
 * declares, labelled, and healthy before anything that depends on it starts.
 */
export class TierContainer extends Construct {
  readonly tier: Tier;
  readonly service: string;
  /** Its name once it serves. */
  readonly containerName: string;
  /** Host ports by the container's port. */
  readonly published: NonNullable<TierContainerProps["publish"]>;
  /** Seconds within which it must become healthy, and after a stop signal have ended. */
  readonly limitSeconds: { readonly healthy: number; readonly stop: number };
  /** Processes and threads that it may have. The provider has no field for it: scripts on the host tell Docker. */
  readonly pidsLimit: number;
  /** A job ends; everything else keeps running. */
  readonly isJob: boolean;
  /** Where it answers. */
  readonly network: EmaintenanceNetwork;
  /** Exists once the container does; in the data tier and the gateway, once it is healthy. */
  readonly resource: Container;
  private readonly environment = new Map<string, string>();
  private readonly ownEnvironment: Readonly<Record<string, string>>;
  /** In the order in which they were added; a container represents what makes it ready, which may be added later. */
  private readonly startsAfter: (ITerraformDependable | TierContainer)[] = [];
  private readiness: readonly ITerraformDependable[];

  constructor(scope: Construct, id: string, props: TierContainerProps) {
    super(scope, id);
    const { service, blueGreen, stopTimeoutSeconds = 30, healthyWithinSeconds = 120 } = props;
    const { instance = 1, runsToCompletion = false } = props;
    this.tier = props.tier;
    this.service = service;
    this.containerName = Naming.instance(service, instance);
    this.published = props.publish ?? [];
    this.limitSeconds = { healthy: healthyWithinSeconds, stop: stopTimeoutSeconds };
    this.isJob = runsToCompletion;
    this.network = props.network;
    this.ownEnvironment = props.environment ?? {};
    const limits = checkedLimits(service, props.limits, props.leastMemoryMiB ?? LEAST_MEMORY_MIB);
    this.pidsLimit = limits.pids;
    for (const { on } of this.published) {
      if (props.network.internal) throw portOnInternalNetwork(service, on.port, props.network.literalName);
      HostPorts.of(this).claim(on.port, this.containerName);
    }

    const tmpfs = props.tmpfs ?? [Tmpfs.at("/tmp", { sizeMiB: 64 })];
    // What the provider calls updated in place without touching the container: a change to any of it must replace it.
    const notUpdatable: Partial<ContainerConfig> = {
      init: true,
      tmpfs: Object.fromEntries(tmpfs.map((folder) => [folder.path, folder.options])),
      healthcheck: healthcheckBlock(props.healthCheck ?? HealthCheck.none()),
      destroyGraceSeconds: stopTimeoutSeconds,
    };
    const digested = {
      ...notUpdatable,
      ...(blueGreen && { network: props.network.literalName }),
      ...(blueGreen && props.alsoOn && { alsoOn: props.alsoOn.literalName }),
      ...(blueGreen && props.of !== undefined && props.of > 1 && { of: props.of }),
    };
    // What is ignored below must not differ unseen. Ports may still be added: see runInstead.
    const digest = Lazy.stringValue({
      produce: () => {
        const ports = portsInOneOrder(this.resource.portsInput as ContainerPorts[]);
        return settingsDigest({ ...digested, ...(ports.length > 0 && { ports }) });
      },
    });
    const held = [...(blueGreen ? [] : this.published), ...(props.forwards ?? [])];
    const ownName = blueGreen ? `${this.containerName}-${blueGreen.deployment}` : this.containerName;

    this.resource = new Container(this, "container", {
      name: ownName,
      // Docker's name server knows a container by its host name too.
      hostname: ownName,
      image: props.image.imageId,
      entrypoint: props.entrypoint?.map(escapeTemplate),
      command: props.command?.map(escapeTemplate),
      user: props.user,
      networksAdvanced: [
        {
          name: props.network.name,
          aliases: blueGreen
            ? [`${service}-${blueGreen.deployment}`]
            : [...Naming.aliases(service), ...(props.answersFor ?? [])],
        },
        ...(props.alsoOn ? [{ name: props.alsoOn.name }] : []),
      ],
      volumes: [...(props.volumes ?? [])],
      ports: held.flatMap(({ containerPort, on }) => portBlocks(containerPort, on)),

      readOnly: true,
      capabilities: { add: (props.capabilities ?? []).map(capability), drop: ["ALL"] },
      securityOpts: ["no-new-privileges:true"],
      ...notUpdatable,

      cpus: limits.cpus,
      memory: limits.memoryMiB,
      // Equal to memory: no swap. Left out, the provider would show a difference for ever.
      memorySwap: limits.memoryMiB,
      shmSize: props.shmSizeMiB,
      sysctls: props.sysctls,

      logDriver: "json-file",
      logOpts: { "max-size": "10m", "max-file": "3" },

      restart: runsToCompletion ? "no" : "unless-stopped",
      stopSignal: props.stopSignal,
      stopTimeout: stopTimeoutSeconds,
      mustRun: props.replacedWhenStopped,
      ...(runsToCompletion
        ? // Deployed blue-green, a gate starts it, once it is limited.
          blueGreen
          ? { start: false }
          : { attach: true, logs: false }
        : // A script waits for a blue-green container: it sees a failure at once and prints the reason.
          { wait: !blueGreen, waitTimeout: blueGreen ? undefined : healthyWithinSeconds }),

      labels: [
        { label: Naming.label("tier"), value: props.tier },
        { label: Naming.label("service"), value: service },
        { label: Naming.label("settings"), value: digest },
        ...(blueGreen ? [{ label: Naming.label("generation"), value: blueGreen.generation }] : []),
      ],
      // A new container gets its own values, whatever is ignored here.
      lifecycle: blueGreen
        ? {
            createBeforeDestroy: true,
            // The cutover gives it the service's name.
            ignoreChanges: ["name", "hostname", "networks_advanced", "ports"],
          }
        : {
            // The engine tells the addresses of a port in another order after each start, and none while the container is stopped.
            ignoreChanges: ["ports"],
          },
    });
    this.resource.overrideLogicalId(Naming.terraformId(instance === 1 ? service : `${service}-${instance}`));
    this.readiness = [this.resource];
    this.resource.dependsOn = Lazy.listValue({ produce: () => this.dependencies() });
    this.startAfter(...(blueGreen?.after ?? []));
    for (const [name, value] of Object.entries(this.ownEnvironment)) {
      this.setEnvironment(name, value);
    }
  }

  /**
   * Adds or replaces one environment variable, unless the props already say what it is. A literal `${` in the value
   * stays a literal.
   */
  setEnvironment(name: string, value: string): void {
    this.environment.set(name, escapeTemplate(this.ownEnvironment[name] ?? value));
    this.resource.env = [...this.environment].map(([key, text]) => `${key}=${text}`).sort();
  }

  /** Runs something else than the image's own program, as a development machine does. */
  runInstead(run: ContainerRun): void {
    const { resource } = this;
    resource.command = run.command.map(escapeTemplate);
    resource.user = run.user;
    if (run.workingFolder !== undefined) resource.workingDir = run.workingFolder;
    if (run.healthyWithinSeconds !== undefined && !this.isJob)
      resource.waitTimeout = run.healthyWithinSeconds;
    resource.putVolumes([...(resource.volumesInput as ContainerVolumes[]), ...(run.volumes ?? [])]);
    for (const { containerPort, port } of run.loopbackPorts ?? []) {
      HostPorts.of(this).claim(port, this.containerName);
      const bound = portBlocks(containerPort, PublishedPort.loopback(port));
      resource.putPorts([...(resource.portsInput as ContainerPorts[]), ...bound]);
    }
    if (run.reachesHost) resource.putHost([{ host: "host.docker.internal", ip: "host-gateway" }]);
    for (const [name, value] of Object.entries(run.environment ?? {})) {
      this.setEnvironment(name, value);
    }
  }

  /** Lets the start order go on as soon as this container runs, healthy or not. */
  doNotWait(): void {
    this.resource.wait = false;
  }

  /** What must exist before anything uses this container. Ask for it when the stack is synthesised, not before. */
  get ready(): readonly ITerraformDependable[] {
    return this.readiness;
  }

  /**
   * Sets what makes this container ready, if that is more than its existence. What starts after it waits for that,
   * whether told before or later.
   */
  readyAfter(...gates: readonly ITerraformDependable[]): void {
    this.readiness = gates;
  }

  /** Starts this container only after the other one is ready. */
  startAfterContainer(other: TierContainer): void {
    this.startsAfter.push(other);
  }

  /** Starts this container only after the others exist. */
  startAfter(...others: readonly ITerraformDependable[]): void {
    this.startsAfter.push(...others);
  }

  /** True if this container starts only after the other one is healthy. */
  waitsFor(other: TierContainer): boolean {
    return this.startsAfter.includes(other);
  }

  private dependencies(): string[] {
    const all = this.startsAfter.flatMap((one) => (one instanceof TierContainer ? one.ready : [one]));
    return [...new Map(all.map((one) => [one.fqn, dependable(one)])).values()];
  }
}

/** `\${` in a check's text belongs to the container's shell. */
function healthcheckBlock(check: HealthCheck): ContainerConfig["healthcheck"] {
  const block = check.toBlock();
  return { ...block, test: block.test.map(escapeTemplate) };
}
