import type { ContainerVolumes } from "@cdktf/provider-docker/lib/container";
import { App, AssetType, Fn, TerraformAsset, type ITerraformDependable } from "cdktf";
import type { Construct } from "constructs";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Migration } from "../api/migration";
import type { Placement } from "../emaintenance";
import type { GatewayFiles } from "../gateway/gateway";
import { Naming, type ServiceName } from "../naming";

/** The system on a developer's own Docker Engine: named volumes, nothing under /opt, no scripts on the host. */
export class LocalPlacement implements Placement {
  readonly nodeEnv = "development";
  readonly after: readonly ITerraformDependable[] = [];

  dataFolder(): undefined {
    return undefined;
  }

  /** In development a service's log is what `docker logs` shows. */
  logs(service: ServiceName): ContainerVolumes | undefined {
    return service === "nginx"
      ? undefined
      : { volumeName: `${Naming.container(service)}-logs`, containerPath: "/app/logs" };
  }

  uploads(service: "work-order-service" | "asset-service"): ContainerVolumes {
    return { volumeName: `${Naming.container(service)}-uploads`, containerPath: "/app/uploads" };
  }

  /** The file goes with the synthesised stack; its path on this machine is known at plan only. */
  gatewayFiles(scope: Construct, nginxConf: string): GatewayFiles {
    const folder = join(App.of(scope).outdir, "gateway-configuration");
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "nginx.conf"), nginxConf);
    const asset = new TerraformAsset(scope, "gateway-configuration", {
      path: folder,
      type: AssetType.DIRECTORY,
    });
    return { folder: Fn.abspath(asset.path), ready: [] };
  }

  migrationDone(_scope: Construct, migration: Migration): readonly ITerraformDependable[] {
    return [migration.container.resource];
  }
}
