import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import {
  APPLICATION_USER,
  type ApiService,
  replicated,
  type ServiceSettings,
  serviceSettingsSchema,
} from "../api/api-service";
import { TierContainer } from "../container/tier-container";
import { Tmpfs } from "../container/tmpfs";
import { Naming } from "../naming";
import type { EmaintenanceNetwork } from "../network/emaintenance-network";
import type { Beside } from "../release/beside";
import type { ServiceImage } from "../release/service-image";
import { HealthCheck } from "../values/health-check";
import { tcpPort } from "../values/published-port";
import { validateProps } from "../values/validate";

export interface WebProps extends ServiceSettings {
  readonly image: ServiceImage;
  readonly network: EmaintenanceNetwork;
  readonly release: string;
  readonly nodeEnv: string;
  /** Origin of the system as browsers see it. The image has it baked in; the server's own code gets it from here. */
  readonly publicUrl: string;
  /** Made beside the containers of the release before. @default in their place */
  readonly beside?: Beside;
}

/** The Next.js front end. Its health path is usually /api/health: /health belongs to the gateway. */
export class Web extends Construct {
  readonly service = "web";
  /** The first of its containers; its name is the service's. */
  readonly container: TierContainer;
  /** All of them. */
  readonly containers: readonly TierContainer[];
  readonly port: number;
  /** Path that answers 200 when the web is well. */
  readonly healthPath: string;

  constructor(scope: Construct, id: string, props: WebProps) {
    super(scope, id);
    const checked = validateProps(this, serviceSettingsSchema, {
      healthPath: props.healthPath ?? "/api/health",
      timeZone: props.timeZone ?? "UTC",
      environment: props.environment ?? {},
      replicas: props.replicas ?? 1,
    });
    this.port = tcpPort(props.port ?? 3000);
    this.healthPath = checked.healthPath;

    this.containers = replicated(checked.replicas, (instance, isFirst) => {
      return new TierContainer(this, isFirst ? "web" : `web-${instance}`, {
        tier: "web",
        service: "web",
        instance,
        image: props.image,
        release: props.release,
        network: props.network,
        beside: props.beside,
        command: props.command,
        environment: checked.environment,
        user: APPLICATION_USER,
        tmpfs: [
          Tmpfs.at("/tmp", { sizeMiB: 64 }),
          // Next.js keeps rendered pages and scaled pictures here.
          Tmpfs.at("/app/.next/cache", { sizeMiB: 128, owner: APPLICATION_USER }),
        ],
        publish: isFirst ? (props.publish ?? []).map((on) => ({ containerPort: this.port, on })) : [],
        healthCheck: HealthCheck.httpByNode(this.port, checked.healthPath, props.healthCheck),
        limits: props.limits ?? {},
        replacedWhenStopped: true,
      });
    });
    [this.container] = this.containers as readonly [TierContainer, ...TierContainer[]];
    const settings: Record<string, string> = {
      NODE_ENV: props.nodeEnv,
      PORT: String(this.port),
      // Next.js's own server binds to this name; the container's host name would be one address only.
      HOSTNAME: "0.0.0.0",
      NEXT_PUBLIC_API_URL: props.publicUrl,
      NEXT_TELEMETRY_DISABLED: "1",
      LOG_LEVEL: props.logLevel ?? "info",
      TZ: checked.timeZone,
    };
    for (const [name, value] of Object.entries(settings)) {
      this.setEnvironment(name, value);
    }
  }

  setEnvironment(name: string, value: string): void {
    this.containers.forEach((container) => container.setEnvironment(name, value));
  }

  startAfter(...others: readonly ITerraformDependable[]): void {
    this.containers.forEach((container) => container.startAfter(...others));
  }

  /** Lets the server's own code call a service, and starts the web after it. */
  connectTo(service: ApiService): void {
    this.setEnvironment(Naming.urlVariable(service.service), service.url);
    for (const container of this.containers) {
      service.containers.forEach((other) => container.startAfterContainer(other));
    }
  }
}
