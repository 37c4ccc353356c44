import type { ContainerVolumes } from "@cdktf/provider-docker/lib/container";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { TierContainer, type TierContainerProps } from "../container/tier-container";
import type { ResourceLimits } from "../container/resource-limits";
import { Tmpfs } from "../container/tmpfs";
import type { EmaintenanceNetwork } from "../network/emaintenance-network";
import type { ServiceImage } from "../images/service-image";
import { ServiceCatalogue } from "../services/service-catalogue";
import { HealthCheck, type HealthCheckTiming } from "../values/health-check";
import type { PublishedPort } from "../values/published-port";
import { GATEWAY_SYSCTLS } from "./kernel-settings";
import { GATEWAY_CONFIGURATION } from "./nginx-config";

/** Where the gateway's configuration is, once it is there. */
export interface GatewayFiles {
  /** Folder that holds nginx.conf. A folder and not the file: a file that is replaced keeps its old content in a mount. */
  readonly folder: ContainerVolumes["hostPath"];
  /** Exists once nginx has accepted the configuration, before it is used. @default it is not tried out */
  readonly tried?: readonly ITerraformDependable[];
  /** Exists once the folder holds a configuration that nginx accepts. */
  readonly ready: readonly ITerraformDependable[];
}

export interface GatewayProps {
  readonly image: ServiceImage;
  readonly network: EmaintenanceNetwork;
  readonly files: GatewayFiles;
  /** Port of the host on which the system answers. */
  readonly publish: readonly PublishedPort[];
  /** Services whose short names lead to the gateway, and through it to whichever container serves. @default none */
  readonly answersFor?: readonly string[];
  /** Ports of the host that lead to one service each. @default none */
  readonly forwards?: TierContainerProps["forwards"];
  /** Where the access log and the error log go. @default inside the container, in memory */
  readonly logs?: ContainerVolumes;
  /** @default 1 core, 512 MiB */
  readonly limits?: ResourceLimits;
  /** @default 30 s, 10 s, 3 times */
  readonly healthCheck?: HealthCheckTiming;
}

const DECLARATION = ServiceCatalogue.builtIn.get("nginx");

/** Port inside the container (deployment document, 6.2). */
export const GATEWAY_PORT = DECLARATION.port;

export { GATEWAY_CONFIGURATION };

/** Seconds for requests under way, before Docker kills Nginx. */
const STOP_TIMEOUT_SECONDS = 30;

/** The Nginx gateway: the one container that other hosts can reach. */
export class Gateway extends Construct {
  readonly container: TierContainer;
  /** Ports of the host by which other machines reach it. */
  readonly publicPorts: readonly number[];

  constructor(scope: Construct, id: string, props: GatewayProps) {
    super(scope, id);
    this.publicPorts = props.publish.filter(({ isPublic }) => isPublic).map(({ port }) => port);
    const logs = props.logs;
    this.container = new TierContainer(this, "gateway", {
      tier: "gateway",
      service: "nginx",
      image: props.image,
      network: props.network,
      answersFor: props.answersFor,
      command: ["nginx", "-c", `${GATEWAY_CONFIGURATION}/nginx.conf`, "-g", "daemon off;"],
      // The master binds port 80 and opens the logs as root; its workers become the user of the configuration.
      capabilities: ["CHOWN", "DAC_OVERRIDE", "NET_BIND_SERVICE", "SETGID", "SETUID"],
      tmpfs: [
        Tmpfs.at("/tmp", { sizeMiB: 64 }),
        Tmpfs.at("/run", { sizeMiB: 1 }),
        Tmpfs.at("/var/cache/nginx", { sizeMiB: 64 }),
        ...(logs ? [] : [Tmpfs.at("/var/log/nginx", { sizeMiB: 16 })]),
      ],
      volumes: [
        { hostPath: props.files.folder, containerPath: GATEWAY_CONFIGURATION, readOnly: true },
        ...(logs ? [logs] : []),
      ],
      publish: props.publish.map((on) => ({ containerPort: GATEWAY_PORT, on })),
      forwards: props.forwards,
      healthCheck: HealthCheck.command(
        ["curl", "-fsS", "-o", "/dev/null", `http://127.0.0.1:${GATEWAY_PORT}/health`],
        props.healthCheck,
      ),
      limits: props.limits ?? {},
      leastMemoryMiB: DECLARATION.leastMemoryMiB,
      sysctls: GATEWAY_SYSCTLS,
      // Ends connections that are idle, finishes those that are not.
      stopSignal: "SIGQUIT",
      stopTimeoutSeconds: STOP_TIMEOUT_SECONDS,
      replacedWhenStopped: true,
    });
    this.container.startAfter(...props.files.ready);
  }

  /** Starts the gateway only after what it leads to is healthy. */
  startAfter(...others: readonly ITerraformDependable[]): void {
    this.container.startAfter(...others);
  }

  /** Starts the gateway only after a container of a service is ready. */
  startAfterContainer(other: TierContainer): void {
    this.container.startAfterContainer(other);
  }
}
