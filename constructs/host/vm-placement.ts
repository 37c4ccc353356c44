import type { ContainerVolumes } from "@cdktf/provider-docker/lib/container";
import type { ITerraformDependable } from "cdktf";
import type { Construct } from "constructs";
import type { Migration } from "../api/migration";
import type { Postgres } from "../data/postgres";
import type { Placement } from "../emaintenance";
import type { GatewayFiles } from "../gateway/gateway";
import type { ServiceName } from "../naming";
import type { ServiceImage } from "../release/service-image";
import { DatabasePassword } from "./database-password";
import { GatewayConfiguration } from "./gateway-configuration";
import type { HostConnection } from "./host-connection";
import type { HostLayout } from "./host-layout";
import { MigrationGate } from "./migration-gate";

export interface VmPlacementProps {
  readonly connection: HostConnection;
  readonly layout: HostLayout;
  /** What must be there before anything is made: a host that is ready, with its folders. */
  readonly after: readonly ITerraformDependable[];
}

/** The system on a VM: data, logs and uploads in folders of the host, scripts over SSH. */
export class VmPlacement implements Placement {
  readonly nodeEnv = "production";
  readonly after: readonly ITerraformDependable[];
  readonly walArchiveFolder: string;

  constructor(private readonly props: VmPlacementProps) {
    this.after = props.after;
    this.walArchiveFolder = `${props.layout.backups}/point-in-time`;
  }

  dataFolder(service: "postgres" | "redis"): string {
    return this.props.layout.data(service);
  }

  logs(service: ServiceName): ContainerVolumes {
    const containerPath = service === "nginx" ? "/var/log/nginx" : "/app/logs";
    return { hostPath: this.props.layout.logs(service), containerPath };
  }

  uploads(service: "work-order-service" | "asset-service"): ContainerVolumes {
    const folder = service.replace("-service", "-uploads");
    return { hostPath: this.props.layout.data(folder), containerPath: "/app/uploads" };
  }

  gatewayFiles(scope: Construct, nginxConf: string, image: ServiceImage): GatewayFiles {
    const { connection, layout, after } = this.props;
    const { imageId } = image;
    return new GatewayConfiguration(scope, "gateway-configuration", {
      connection,
      layout,
      nginxConf,
      imageId,
      after,
    });
  }

  databaseReady(scope: Construct, postgres: Postgres): readonly ITerraformDependable[] {
    const { connection } = this.props;
    return [new DatabasePassword(scope, "database-password", { connection, postgres }).resource];
  }

  migrationDone(scope: Construct, migration: Migration): readonly ITerraformDependable[] {
    const { connection } = this.props;
    return [new MigrationGate(scope, "migration-gate", { connection, migration }).resource];
  }
}
