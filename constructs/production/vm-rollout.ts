import type { ITerraformDependable } from "cdktf";
import type { Construct } from "constructs";
import type { Migration } from "../api/migration";
import type { OwnService } from "../api/own-service";
import type { Postgres } from "../data/postgres";
import type { Redis } from "../data/redis";
import type { EmaintenanceNetwork } from "../network/emaintenance-network";
import type { Rollout } from "../system/rollout";
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

export interface VmRolloutProps {
  readonly connection: HostConnection;
  readonly layout: HostLayout;
  readonly deployment: Deployment;
  /** Whether the host's firewall is this project's. @default true */
  readonly firewall?: boolean;
}

/** The rollout on a VM: scripts over SSH, releases blue-green. */
export class VmRollout implements Rollout {
  readonly blueGreen: Deployment;
  /** What the deployment is not complete without, and nothing else waits for. */
  readonly last: ITerraformDependable[] = [];
  private redisPassword?: RedisPassword;

  constructor(private readonly props: VmRolloutProps) {
    this.blueGreen = props.deployment;
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
