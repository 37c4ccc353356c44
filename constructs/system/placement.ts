import type { ContainerVolumes } from "@cdktf/provider-docker/lib/container";
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
import type { ServiceDeclaration } from "../services/service-declaration";

/** What is different between a VM and a developer's machine. */
export interface Placement {
  /** NODE_ENV of the team's own services. */
  readonly nodeEnv: "production" | "development";
  /** What must be there before anything is made. */
  readonly after: readonly ITerraformDependable[];
  /** Whether PostgreSQL and Redis have ports of the machine. Else their network is an internal one. */
  readonly publishesData: boolean;
  /** Folder that keeps the files of a data volume. @default Docker keeps them */
  dataFolder(service: "postgres" | "redis"): string | undefined;
  /** Where a service writes its log. */
  logs(service: ServiceDeclaration): ContainerVolumes | undefined;
  /** Where a service keeps uploaded files. @default it takes none */
  uploads(service: ServiceDeclaration): ContainerVolumes | undefined;
  /** Folder that keeps the archive of the database's write-ahead log. @default the database is not backed up here */
  readonly walArchiveFolder?: string;
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
