import { Fn } from "cdktf";
import { Construct } from "constructs";
import { TierContainer } from "../container/tier-container";
import type { ResourceLimits } from "../container/resource-limits";
import { Tmpfs } from "../container/tmpfs";
import type { EmaintenanceNetwork } from "../network/emaintenance-network";
import type { ServiceImage } from "../images/service-image";
import { ServiceCatalogue } from "../services/service-catalogue";
import { template } from "../templates";
import { HealthCheck, type HealthCheckTiming } from "../values/health-check";
import { tcpPort, type PublishedPort } from "../values/published-port";
import type { DataVolume } from "./data-volume";
import type { DatabaseUser } from "./postgres";

export interface RedisProps {
  readonly image: ServiceImage;
  readonly network: EmaintenanceNetwork;
  readonly volume: DataVolume;
  /** Password, as a reference to a sensitive variable. */
  readonly password: string;
  /** Port inside the network. @default 6379 */
  readonly port?: number;
  /** Ports of the host. @default none */
  readonly publish?: readonly PublishedPort[];
  /** @default 1 core, 512 MiB */
  readonly limits?: ResourceLimits;
  /** @default 30 s, 10 s, 3 times */
  readonly healthCheck?: HealthCheckTiming;
}

/**
 * Share of the container's memory for data. The rest is for the copy that Redis makes of changed pages while it
 * rewrites its append-only file. Source: Redis documentation, "Redis administration", memory.
 */
const DATA_SHARE = 0.6;

/** Seconds to write what is pending, before Docker kills the server. */
const STOP_TIMEOUT_SECONDS = 60;

/**
 * Cache and sessions, kept on disk by the append-only file. When the memory is full it refuses writes instead of
 * dropping a user's session (noeviction).
 */
export class Redis extends Construct {
  readonly container: TierContainer;
  readonly port: number;
  private readonly password: string;

  constructor(scope: Construct, id: string, props: RedisProps) {
    super(scope, id);
    const declaration = ServiceCatalogue.builtIn.get("redis");
    this.port = tcpPort(props.port ?? declaration.port);
    this.password = props.password;
    const memoryMiB = props.limits?.memoryMiB ?? 512;

    this.container = new TierContainer(this, "redis", {
      tier: "data",
      service: "redis",
      image: props.image,
      network: props.network,
      entrypoint: ["sh", "-c", template("redis/start.sh"), "redis-start"],
      command: [
        ...["--port", String(this.port)],
        ...["--dir", "/data"],
        ...["--appendonly", "yes"],
        ...["--maxmemory", `${Math.floor(memoryMiB * DATA_SHARE)}mb`],
        ...["--maxmemory-policy", "noeviction"],
      ],
      // The image starts as root, takes over its folder and becomes the user redis. KILL is for the init, which
      // stays root: without it no stop signal arrives, and the server is killed when its time to stop is over.
      capabilities: ["CHOWN", "DAC_OVERRIDE", "FOWNER", "KILL", "SETGID", "SETUID"],
      tmpfs: [Tmpfs.at("/tmp", { sizeMiB: 16 }), Tmpfs.at("/run", { sizeMiB: 1 })],
      volumes: [props.volume.mountedAt("/data")],
      publish: (props.publish ?? []).map((on) => ({ containerPort: this.port, on })),
      healthCheck: HealthCheck.shell(
        `REDISCLI_AUTH="$REDIS_PASSWORD" redis-cli --user default -p ${this.port} ping | grep -qx PONG`,
        props.healthCheck,
      ),
      limits: props.limits ?? {},
      leastMemoryMiB: declaration.leastMemoryMiB,
      stopTimeoutSeconds: STOP_TIMEOUT_SECONDS,
      replacedWhenStopped: false,
    });
    this.container.setEnvironment("REDIS_PASSWORD", this.password);
  }

  /**
   * REDIS_URL of the system, with the password percent-encoded. It names the user `default`, as Redis 6 and later call the one
   * that has the password: with a name, Redis lets a client in also while it has no password yet (host/redis-password.ts).
   */
  get url(): string {
    const password = Fn.replace(Fn.urlencode(this.password), "+", "%20");
    return `redis://default:${password}@${this.container.containerName}:${this.port}`;
  }

  /** Gives a service its cache: the URL, and a start only after Redis is ready. */
  grantAccess(service: DatabaseUser): void {
    service.setEnvironment("REDIS_URL", this.url);
    service.startAfterContainer(this.container);
  }
}
