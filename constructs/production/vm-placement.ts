import type { ContainerVolumes } from "@cdktf/provider-docker/lib/container";
import type { ITerraformDependable } from "cdktf";
import type { Construct } from "constructs";
import type { Migration } from "../api/migration";
import type { OwnService } from "../api/own-service";
import type { Postgres } from "../data/postgres";
import type { Redis } from "../data/redis";
import type { EmaintenanceNetwork } from "../network/emaintenance-network";
import type { Placement } from "../system/placement";
import type { GatewayTarget } from "../gateway/gateway-target";
import type { GatewayFiles } from "../gateway/gateway";
import { DataGate } from "../rollout/data-gate";
import type { Deployment } from "../rollout/deployment";
import { Gate } from "../rollout/gate";
import { MigrationGate } from "../rollout/migration-gate";
import { PreMigrationBackup } from "../rollout/pre-migration-backup";
import type { ServiceImage } from "../images/service-image";
import { Cutover } from "../rollout/cutover";
import { RedisPassword } from "../rollout/redis-password";
import { GatewayConfiguration } from "../rollout/gateway-configuration";
import type { HostConnection } from "../ssh/host-connection";
import type { HostLayout } from "../ssh/host-layout";
import type { ServiceDeclaration } from "../services/service-declaration";

export interface VmPlacementProps {
  readonly connection: HostConnection;
  readonly layout: HostLayout;
  readonly deployment: Deployment;
  /** Whether the host's firewall is this project's. @default true */
  readonly firewall?: boolean;
  /** What must be there before anything is made: a host that is ready, with its folders. */
  readonly after: readonly ITerraformDependable[];
}

/** The system on a VM: data, logs and uploads in folders of the host, scripts over SSH, blue-green releases. */
export class VmPlacement implements Placement {
  readonly nodeEnv = "production";
  readonly after: readonly ITerraformDependable[];
  readonly blueGreen: Deployment;
  readonly publishesData = false;
  readonly walArchiveFolder: string;
  /** What the deployment is not complete without, and nothing else waits for. */
  readonly last: ITerraformDependable[] = [];
  private redisPassword?: RedisPassword;

  constructor(private readonly props: VmPlacementProps) {
    this.after = props.after;
    this.blueGreen = props.deployment;
    this.walArchiveFolder = `${props.layout.backups}/point-in-time`;
  }

  dataFolder(service: "postgres" | "redis"): string {
    return this.props.layout.data(service);
  }

  logs({ name, tier, logs }: ServiceDeclaration): ContainerVolumes | undefined {
    if (!logs) return undefined;
    const containerPath = tier === "gateway" ? "/var/log/nginx" : "/app/logs";
    return { hostPath: this.props.layout.logs(name), containerPath };
  }

  uploads({ uploadsFolder }: ServiceDeclaration): ContainerVolumes | undefined {
    if (uploadsFolder === undefined) return undefined;
    return { hostPath: this.props.layout.data(uploadsFolder), containerPath: "/app/uploads" };
  }

  gatewayFiles(
    scope: Construct,
    nginxConf: string,
    image: ServiceImage,
    services: readonly GatewayTarget[],
  ): GatewayFiles {
    const { connection, layout, deployment } = this.props;
    const { resource } = new Cutover(scope, "switch", {
      connection,
      folder: layout.deploy("nginx"),
      services,
      after: () => services.flatMap(({ containers }) => containers.flatMap(({ ready }) => ready)),
    });
    if (this.redisPassword) this.last.push(this.redisPassword.requireAfter(resource));
    return new GatewayConfiguration(scope, "gateway-configuration", {
      connection,
      layout,
      nginxConf,
      imageId: image.imageId,
      tryAfter: deployment.after,
      after: [resource],
    });
  }

  dataReady(
    scope: Construct,
    postgres: Postgres,
    redis: Redis,
    front: EmaintenanceNetwork,
  ): readonly ITerraformDependable[] {
    const { connection, layout, deployment } = this.props;
    this.redisPassword = new RedisPassword(scope, "redis-password", {
      connection,
      layout,
      redis,
      after: deployment.after,
    });
    const { firewall } = this.props;
    const props = { connection, layout, deployment, postgres, redis, front, firewall };
    return [new DataGate(scope, "data-gate", props).resource];
  }

  beforeMigration(
    scope: Construct,
    migration: Migration,
    postgres: Postgres,
  ): readonly ITerraformDependable[] {
    const { connection, deployment } = this.props;
    const backup = new PreMigrationBackup(scope, "safety-dump", {
      connection,
      deployment,
      postgres,
      imageId: migration.imageId,
      after: () => postgres.container.ready,
    });
    return [backup.resource];
  }

  migrationDone(scope: Construct, migration: Migration): readonly ITerraformDependable[] {
    const { connection } = this.props;
    return [new MigrationGate(scope, "migration-gate", { connection, migration }).resource];
  }

  readinessGate(scope: Construct, service: OwnService): readonly ITerraformDependable[] {
    const { connection } = this.props;
    const { containers, port, healthPath } = service;
    const gate = { connection, service: service.service, containers, port, healthPath };
    return [new Gate(scope, `${service.service}-gate`, gate).resource];
  }
}
