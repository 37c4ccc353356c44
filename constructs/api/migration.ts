import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { z } from "zod";
import { TierContainer } from "../container/tier-container";
import type { ResourceLimits } from "../container/resource-limits";
import type { EmaintenanceNetwork } from "../network/emaintenance-network";
import type { BlueGreen } from "../container/blue-green";
import type { ServiceImage } from "../images/service-image";
import { DEFAULT_SERVICE_UID, userOf } from "../values/service-uid";
import { validateProps } from "../values/validate";
import { environmentSchema } from "./own-service";

/** MiB that a Node.js program with its packages needs. Source: docs/measurements.md, "Memory at rest". */
const LEAST_MEMORY_MIB = 96;

export interface MigrationSettings {
  /** Command that brings the database to the state that the release needs. It may run again at any time. @default node migrate.js */
  readonly command?: readonly string[];
  /** @default 1 core, 512 MiB */
  readonly limits?: ResourceLimits;
  /** More environment variables; they win over all others. @default none */
  readonly environment?: Readonly<Record<string, string>>;
}

export interface MigrationProps extends MigrationSettings {
  /** Image that holds the migrations, usually the user service's. */
  readonly image: ServiceImage;
  readonly network: EmaintenanceNetwork;
  readonly nodeEnv: string;
  /** User and group id of its program. @default 1001 */
  readonly uid?: number;
  /** Blue-green deployment, while the job of the previous release still exists. @default the job is replaced in place */
  readonly blueGreen?: BlueGreen;
}

/**
 * A job that runs to its end between a healthy database and the first service, once for every new image. The provider
 * does not mind how a job ends: whoever starts after it must start after the gate that looks (MigrationGate).
 */
export class Migration extends Construct {
  readonly container: TierContainer;
  /** Content id of the image that holds the migrations. */
  readonly imageId: string;

  constructor(scope: Construct, id: string, props: MigrationProps) {
    super(scope, id);
    const checked = validateProps(this, z.object({ environment: environmentSchema }), {
      environment: props.environment ?? {},
    });
    this.imageId = props.image.imageId;
    this.container = new TierContainer(this, "job", {
      tier: "api",
      service: "migration",
      image: props.image,
      network: props.network,
      blueGreen: props.blueGreen,
      command: props.command ?? ["node", "migrate.js"],
      environment: checked.environment,
      user: userOf(props.uid ?? DEFAULT_SERVICE_UID),
      limits: props.limits ?? {},
      leastMemoryMiB: LEAST_MEMORY_MIB,
      replacedWhenStopped: false,
      runsToCompletion: true,
    });
    this.setEnvironment("NODE_ENV", props.nodeEnv);
  }

  setEnvironment(name: string, value: string): void {
    this.container.setEnvironment(name, value);
  }

  startAfter(...others: readonly ITerraformDependable[]): void {
    this.container.startAfter(...others);
  }

  startAfterContainer(other: TierContainer): void {
    this.container.startAfterContainer(other);
  }
}
