import type { ContainerVolumes } from "@cdktf/provider-docker/lib/container";
import { App, AssetType, Fn, TerraformAsset, type ITerraformDependable } from "cdktf";
import type { Construct } from "constructs";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Migration } from "../api/migration";
import { DataVolume } from "../data/data-volume";
import type { Placement } from "../placement";
import type { GatewayFiles } from "../gateway/gateway";
import { Naming, type ServiceName } from "../naming";
import { JobGate } from "./job-gate";
import type { LocalFiles } from "./local-files";

/** The system on a developer's own Docker Engine: named volumes, nothing under /opt, nothing that needs root. */
export class LocalPlacement implements Placement {
  readonly nodeEnv = "development";
  readonly after: readonly ITerraformDependable[] = [];
  /** The volumes that services write to. */
  readonly written: ContainerVolumes[] = [];

  /** @param scope where the volumes of services are made */
  constructor(
    private readonly scope: Construct,
    private readonly files: LocalFiles,
  ) {}

  dataFolder(): undefined {
    return undefined;
  }

  /** In development a log is what `docker logs` shows; services want a folder for it nevertheless. */
  logs(service: ServiceName): ContainerVolumes | undefined {
    return service === "nginx" ? undefined : this.volume(`${service}-logs`, "/app/logs");
  }

  uploads(service: "work-order-service" | "asset-service"): ContainerVolumes {
    return this.volume(`${service}-uploads`, "/app/uploads");
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

  migrationDone(scope: Construct, migration: Migration): readonly ITerraformDependable[] {
    return [
      new JobGate(scope, "migration-gate", {
        job: migration.container,
        what: "the database migration",
        engine: this.files.engine,
      }).resource,
    ];
  }

  private volume(name: string, containerPath: string): ContainerVolumes {
    const volume = new DataVolume(this.scope, name, { name: Naming.container(name) });
    const mount = volume.mountedAt(containerPath);
    this.written.push(mount);
    return mount;
  }
}
