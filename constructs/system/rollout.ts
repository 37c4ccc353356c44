import type { ITerraformDependable } from "cdktf";
import type { Construct } from "constructs";
import type { Migration } from "../api/migration";
import type { OwnService } from "../api/own-service";
import type { Postgres } from "../data/postgres";
import type { Redis } from "../data/redis";
import type { GatewayFiles } from "../gateway/gateway";
import type { GatewayTarget } from "../gateway/gateway-target";
import type { EmaintenanceNetwork } from "../network/emaintenance-network";
import type { BlueGreen } from "../container/blue-green";
import type { ServiceImage } from "../images/service-image";

/** How a release comes into use: what each step of it waits for. */
export interface Rollout {
  /** Blue-green deployment of containers without a state of their own. @default they are replaced in place */
  readonly blueGreen?: BlueGreen;
  /** Lays down the gateway's configuration, and leads the gateway to the containers of each service. */
  gatewayFiles(
    scope: Construct,
    nginxConf: string,
    image: ServiceImage,
    services: readonly GatewayTarget[],
  ): GatewayFiles;
  /**
   * What must have happened before anything uses the data tier. @default its containers are healthy
   *
   * @param front where containers of a version before look for it
   */
  dataReady?(
    scope: Construct,
    postgres: Postgres,
    redis: Redis,
    front: EmaintenanceNetwork,
  ): readonly ITerraformDependable[];
  /** What must have happened before the migration starts, in addition to that. @default nothing */
  beforeMigration?(
    scope: Construct,
    migration: Migration,
    postgres: Postgres,
  ): readonly ITerraformDependable[];
  /** What the first service starts after: a migration that has ended well. */
  migrationDone(scope: Construct, migration: Migration): readonly ITerraformDependable[];
  /** What must exist before anything uses the containers of a service. @default they are healthy */
  readinessGate?(scope: Construct, service: OwnService): readonly ITerraformDependable[];
}
