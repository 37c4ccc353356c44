import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { z } from "zod";
import { TierContainer, type TierContainerProps } from "../container/tier-container";
import type { ResourceLimits } from "../container/resource-limits";
import { Naming } from "../naming";
import type { EmaintenanceNetwork } from "../network/emaintenance-network";
import type { BlueGreen } from "../container/blue-green";
import type { ServiceImage } from "../images/service-image";
import type { OwnServiceDeclaration, ServiceDeclaration } from "../services/service-declaration";
import { HealthCheck, type HealthCheckTiming } from "../values/health-check";
import { tcpPort, type PublishedPort } from "../values/published-port";
import { DEFAULT_SERVICE_UID, userOf } from "../values/service-uid";
import { timeZone } from "../values/time-zone";
import { validateProps } from "../values/validate";

/** Values that a team may set for each service; the third layer of the deployment document (5.1). */
export interface ServiceSettings {
  /** Port inside the network; the service gets it as PORT. @default the deployment document's, 6.2 */
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

/** A service that a team adds: what it is, and the settings that every service may have. */
export interface OwnServiceSettings extends OwnServiceDeclaration, Omit<ServiceSettings, "port"> {}

/** What a service of the team's own gets from the system around it. */
export interface OwnServiceProps extends ServiceSettings {
  readonly image: ServiceImage;
  readonly network: EmaintenanceNetwork;
  /** Where the data tier is, for a service that uses it. @default it uses none */
  readonly dataNetwork?: EmaintenanceNetwork;
  readonly nodeEnv: string;
  /** User and group id of its programs. @default 1001 */
  readonly uid?: number;
  /** Blue-green deployment, while the containers of the previous release still serve. @default they are replaced in place */
  readonly blueGreen?: BlueGreen;
  /**
   * What must exist before anything uses its containers, such as a script that has seen each of them answer. Asked once, when
   * they are declared. @default the containers themselves
   */
  readonly readinessGate?: (service: OwnService) => readonly ITerraformDependable[] | undefined;
}

/** What one kind of service decides for all of its kind. */
interface Kind extends Pick<TierContainerProps, "volumes" | "tmpfs"> {
  readonly declaration: ServiceDeclaration;
  /** Construct id of its first container; the others have their number behind it. */
  readonly containerId: string;
  readonly healthPath: string;
}

/** Environment variables by name. Source: POSIX, 8.1, names that every shell takes. */
export const environmentSchema = z.record(
  z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "expected a variable name: letters, digits and _"),
  z.string(),
);

const expectedReplicas = "expected a whole number of containers, from 1 to 9";

/** Settings that can be checked without knowing the service. */
const serviceSettingsSchema = z.object({
  healthPath: z.string().regex(/^\/[^\s'"`\\]*$/, 'expected a path such as "/health"'),
  timeZone,
  environment: environmentSchema,
  replicas: z.int(expectedReplicas).min(1, expectedReplicas).max(9, expectedReplicas),
});

/** Seconds in which a Node.js service ends what it has begun. */
const STOP_TIMEOUT_SECONDS = 30;

/** A Node.js program of the team's own, in one container or in several that do the same work. */
export abstract class OwnService extends Construct {
  readonly service: string;
  readonly declaration: ServiceDeclaration;
  /** The first of its containers; its name is the service's. */
  readonly container: TierContainer;
  /** All of them. */
  readonly containers: readonly TierContainer[];
  readonly port: number;
  /** Path that answers 200 when the service is well. */
  readonly healthPath: string;

  constructor(scope: Construct, id: string, props: OwnServiceProps, kind: Kind) {
    super(scope, id);
    const { declaration, containerId, healthPath, ...ofItsKind } = kind;
    const checked = validateProps(this, serviceSettingsSchema, {
      healthPath: props.healthPath ?? healthPath,
      timeZone: props.timeZone ?? "UTC",
      environment: props.environment ?? {},
      replicas: props.replicas ?? 1,
    });
    this.declaration = declaration;
    this.service = declaration.name;
    this.port = tcpPort(props.port ?? declaration.port);
    this.healthPath = checked.healthPath;

    const make = (instance: number) =>
      new TierContainer(this, instance === 1 ? containerId : `${containerId}-${instance}`, {
        ...ofItsKind,
        tier: declaration.tier,
        service: this.service,
        instance,
        of: checked.replicas,
        image: props.image,
        network: props.network,
        alsoOn: props.dataNetwork,
        blueGreen: props.blueGreen,
        command: props.command,
        environment: checked.environment,
        user: userOf(props.uid ?? DEFAULT_SERVICE_UID),
        // One port of the host leads to one container.
        publish: instance === 1 ? (props.publish ?? []).map((on) => ({ containerPort: this.port, on })) : [],
        healthCheck: HealthCheck.httpByNode(this.port, checked.healthPath, props.healthCheck),
        limits: props.limits ?? {},
        leastMemoryMiB: declaration.leastMemoryMiB,
        stopTimeoutSeconds: STOP_TIMEOUT_SECONDS,
        replacedWhenStopped: true,
      });
    this.container = make(1);
    const further = Array.from({ length: checked.replicas - 1 }, (_, index) => make(index + 2));
    this.containers = [this.container, ...further];
    this.setEnvironment("NODE_ENV", props.nodeEnv);
    this.setEnvironment("PORT", String(this.port));
    this.setEnvironment("LOG_LEVEL", props.logLevel ?? "info");
    this.setEnvironment("TZ", checked.timeZone);
    const gates = props.readinessGate?.(this);
    if (gates) this.containers.forEach((container) => container.readyAfter(...gates));
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
  connectTo(other: OwnService): void {
    this.setEnvironment(Naming.urlVariable(other.service), other.url);
    other.containers.forEach((container) => this.startAfterContainer(container));
  }
}
