import { Construct } from "constructs";
import {
  APPLICATION_USER,
  type ApiService,
  type ServiceSettings,
  serviceSettingsSchema,
} from "../api/api-service";
import { TierContainer } from "../container/tier-container";
import { Tmpfs } from "../container/tmpfs";
import { Naming } from "../naming";
import type { EmaintenanceNetwork } from "../network/emaintenance-network";
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
}

/** The Next.js front end. Its health path is usually /api/health: /health belongs to the gateway. */
export class Web extends Construct {
  readonly service = "web";
  readonly container: TierContainer;
  readonly port: number;
  /** Path that answers 200 when the web is well. */
  readonly healthPath: string;

  constructor(scope: Construct, id: string, props: WebProps) {
    super(scope, id);
    const checked = validateProps(this, serviceSettingsSchema, {
      healthPath: props.healthPath ?? "/api/health",
      timeZone: props.timeZone ?? "UTC",
      environment: props.environment ?? {},
    });
    this.port = tcpPort(props.port ?? 3000);
    this.healthPath = checked.healthPath;

    this.container = new TierContainer(this, "web", {
      tier: "web",
      service: "web",
      image: props.image,
      release: props.release,
      network: props.network,
      command: props.command,
      environment: checked.environment,
      user: APPLICATION_USER,
      tmpfs: [
        Tmpfs.at("/tmp", { sizeMiB: 64 }),
        // Next.js keeps rendered pages and scaled pictures here.
        Tmpfs.at("/app/.next/cache", { sizeMiB: 128, owner: APPLICATION_USER }),
      ],
      publish: (props.publish ?? []).map((on) => ({ containerPort: this.port, on })),
      healthCheck: HealthCheck.httpByNode(this.port, checked.healthPath, props.healthCheck),
      limits: props.limits ?? {},
      replacedWhenStopped: true,
    });
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
      this.container.setEnvironment(name, value);
    }
  }

  /** Lets the server's own code call a service, and starts the web after it. */
  connectTo(service: ApiService): void {
    this.container.setEnvironment(Naming.urlVariable(service.service), service.url);
    this.container.startAfter(service.container.resource);
  }
}
