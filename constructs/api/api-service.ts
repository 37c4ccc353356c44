import type { ContainerVolumes } from "@cdktf/provider-docker/lib/container";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { z } from "zod";
import { TierContainer } from "../container/tier-container";
import type { ResourceLimits } from "../container/resource-limits";
import { Naming, type ServiceName } from "../naming";
import type { EmaintenanceNetwork } from "../network/emaintenance-network";
import type { Beside } from "../release/beside";
import type { ServiceImage } from "../release/service-image";
import { HealthCheck, type HealthCheckTiming } from "../values/health-check";
import { tcpPort, type PublishedPort } from "../values/published-port";
import { timeZone } from "../values/time-zone";
import { validateProps } from "../values/validate";

/** Values that a team may set for each service; the third layer of the deployment document (5.1). */
export interface ServiceSettings {
  /** Port inside the network; the service gets it as PORT. @default the seed's, 6.2 */
  readonly port?: number;
  /** Containers that do the same work, and share it; one of them may die. @default 1 */
  readonly replicas?: number;
  /** Ports of the host. @default none */
  readonly publish?: readonly PublishedPort[];
  /** @default 1 core, 512 MiB */
  readonly limits?: ResourceLimits;
  /** Origin that browsers may call from, CORS_ORIGIN. @default the public origin of the system */
  readonly corsOrigin?: string;
  /** LOG_LEVEL. @default info */
  readonly logLevel?: "error" | "warn" | "info" | "http" | "verbose" | "debug" | "silly";
  /** TZ. @default UTC */
  readonly timeZone?: string;
  /** More environment variables; they win over all others. @default none */
  readonly environment?: Readonly<Record<string, string>>;
  /** Path that answers 200 when the service is well. @default /health */
  readonly healthPath?: string;
  /** @default 30 s, 10 s, 3 times */
  readonly healthCheck?: HealthCheckTiming;
  /** Command that replaces the image's own. @default the image's */
  readonly command?: readonly string[];
}

export interface ApiServiceProps extends ServiceSettings {
  readonly service: ServiceName;
  readonly image: ServiceImage;
  readonly network: EmaintenanceNetwork;
  readonly port: number;
  readonly release: string;
  readonly nodeEnv: string;
  readonly corsOrigin: string;
  /** Where logs and uploads go. @default nowhere outside the container */
  readonly volumes?: readonly ContainerVolumes[];
  /** What must be there first, beside what the relations add. @default nothing */
  readonly after?: readonly ITerraformDependable[];
  /** Made beside the containers of the release before. @default in their place */
  readonly beside?: Beside;
}

/** Environment variables by name. Source: POSIX, 8.1, names that every shell takes. */
export const environmentSchema = z.record(
  z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "expected a variable name: letters, digits and _"),
  z.string(),
);

const expectedReplicas = "expected a whole number of containers, from 1 to 9";

/** Settings that can be checked without knowing the service. */
export const serviceSettingsSchema = z.object({
  healthPath: z.string().regex(/^\/[^\s'"`\\]*$/, 'expected a path such as "/health"'),
  timeZone,
  environment: environmentSchema,
  replicas: z.int(expectedReplicas).min(1, expectedReplicas).max(9, expectedReplicas),
});

/** User and group under which the team's own images run (the seed, 9.2). */
export const APPLICATION_USER = "1001:1001";

/** Seconds in which a Node.js service ends what it has begun. */
const STOP_TIMEOUT_SECONDS = 30;

/** The containers of a service, numbered from 1. */
export function replicated<T>(replicas: number, make: (instance: number, isFirst: boolean) => T): T[] {
  return Array.from({ length: replicas }, (_, index) => make(index + 1, index === 0));
}

/** A Node.js service behind the gateway. The three of the system differ by a few words only. */
export class ApiService extends Construct {
  readonly service: ServiceName;
  /** The first of its containers; its name is the service's. */
  readonly container: TierContainer;
  /** All of them. */
  readonly containers: readonly TierContainer[];
  readonly port: number;
  /** Path that answers 200 when the service is well. */
  readonly healthPath: string;

  constructor(scope: Construct, id: string, props: ApiServiceProps) {
    super(scope, id);
    const checked = validateProps(this, serviceSettingsSchema, {
      healthPath: props.healthPath ?? "/health",
      timeZone: props.timeZone ?? "UTC",
      environment: props.environment ?? {},
      replicas: props.replicas ?? 1,
    });
    this.service = props.service;
    this.port = tcpPort(props.port);
    this.healthPath = checked.healthPath;

    this.containers = replicated(checked.replicas, (instance, isFirst) => {
      return new TierContainer(this, isFirst ? "service" : `service-${instance}`, {
        tier: "api",
        service: props.service,
        instance,
        image: props.image,
        release: props.release,
        network: props.network,
        beside: props.beside,
        command: props.command,
        environment: checked.environment,
        user: APPLICATION_USER,
        volumes: props.volumes,
        // One port of the host leads to one container.
        publish: isFirst ? (props.publish ?? []).map((on) => ({ containerPort: this.port, on })) : [],
        healthCheck: HealthCheck.httpByNode(this.port, checked.healthPath, props.healthCheck),
        limits: props.limits ?? {},
        stopTimeoutSeconds: STOP_TIMEOUT_SECONDS,
        replacedWhenStopped: true,
      });
    });
    [this.container] = this.containers as readonly [TierContainer, ...TierContainer[]];
    this.startAfter(...(props.after ?? []));
    this.setEnvironment("NODE_ENV", props.nodeEnv);
    this.setEnvironment("PORT", String(this.port));
    this.setEnvironment("CORS_ORIGIN", props.corsOrigin);
    this.setEnvironment("LOG_LEVEL", props.logLevel ?? "info");
    this.setEnvironment("TZ", checked.timeZone);
  }

  /** Address inside the network, for example `http://emaintenance-user-service:3001`. */
  get url(): string {
    return `http://${this.container.containerName}:${this.port}`;
  }

  setEnvironment(name: string, value: string): void {
    this.containers.forEach((container) => container.setEnvironment(name, value));
  }

  startAfter(...others: readonly ITerraformDependable[]): void {
    this.containers.forEach((container) => container.startAfter(...others));
  }

  /** Starts this service only after a container of another is ready. */
  startAfterContainer(other: TierContainer): void {
    this.containers.forEach((container) => container.startAfterContainer(other));
  }

  /** Lets this service call another: its address (`USER_SERVICE_URL`), and a start only after it is ready. */
  connectTo(other: ApiService): void {
    this.setEnvironment(Naming.urlVariable(other.service), other.url);
    other.containers.forEach((container) => this.startAfterContainer(container));
  }
}
