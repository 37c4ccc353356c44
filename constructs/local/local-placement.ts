import type { ContainerVolumes } from "@cdktf/provider-docker/lib/container";
import type { ITerraformDependable } from "cdktf";
import type { Construct } from "constructs";
import type { Migration } from "../api/migration";
import { DataVolume } from "../data/data-volume";
import type { Postgres } from "../data/postgres";
import type { Redis } from "../data/redis";
import type { Placement } from "../system/placement";
import type { GatewayFiles } from "../gateway/gateway";
import { Naming } from "../naming";
import type { ServiceDeclaration } from "../services/service-declaration";
import { LocalExtensions } from "./local-extensions";
import { JobGate } from "./job-gate";
import type { KeptFiles } from "./kept-files";
import type { LocalFiles } from "./local-files";

/** The system on a developer's own Docker Engine: named volumes, nothing under /opt, nothing that needs root. */
export class LocalPlacement implements Placement {
  readonly nodeEnv = "development";
  readonly after: readonly ITerraformDependable[] = [];
  /** A service that runs on the machine itself uses them too. */
  readonly publishesData = true;
  /** The volumes that services write to. */
  readonly written: ContainerVolumes[] = [];

  /** @param scope where the volumes of services are made */
  constructor(
    private readonly scope: Construct,
    private readonly files: LocalFiles,
    private readonly kept: KeptFiles,
  ) {}

  dataFolder(): undefined {
    return undefined;
  }

  /** In development a log is what `docker logs` shows; services want a folder for it nevertheless. */
  logs({ name, tier, logs }: ServiceDeclaration): ContainerVolumes | undefined {
    return tier === "gateway" || !logs ? undefined : this.volume(`${name}-logs`, "/app/logs");
  }

  uploads({ name, uploadsFolder }: ServiceDeclaration): ContainerVolumes | undefined {
    return uploadsFolder === undefined ? undefined : this.volume(`${name}-uploads`, "/app/uploads");
  }

  /** Another configuration is another folder, so it makes another gateway. */
  gatewayFiles(_scope: Construct, nginxConf: string): GatewayFiles {
    const path = this.kept.keep("gateway", { "nginx.conf": nginxConf });
    return { folder: `${this.files.folder}/${path}`, ready: [] };
  }

  dataReady(scope: Construct, postgres: Postgres, redis: Redis): readonly ITerraformDependable[] {
    const containers = [postgres.container.resource, redis.container.resource];
    if (postgres.extensions.length === 0) return containers;
    const { engine } = this.files;
    return [...containers, new LocalExtensions(scope, "database-extensions", { postgres, engine }).resource];
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
