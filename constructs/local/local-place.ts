import type { ContainerVolumes } from "@cdktf/provider-docker/lib/container";
import type { ITerraformDependable } from "cdktf";
import type { Construct } from "constructs";
import { DataVolume } from "../data/data-volume";
import type { Place } from "../system/place";
import { Naming } from "../naming";
import type { ServiceDeclaration } from "../services/service-declaration";

/** A developer's own Docker Engine: named volumes, nothing under /opt, nothing that needs root. */
export class LocalPlace implements Place {
  readonly nodeEnv = "development";
  readonly after: readonly ITerraformDependable[] = [];
  /** A service that runs on the machine itself uses them too. */
  readonly publishesData = true;
  /** The volumes that services write to. */
  readonly written: ContainerVolumes[] = [];

  /** @param scope where the volumes of services are made */
  constructor(private readonly scope: Construct) {}

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

  private volume(name: string, containerPath: string): ContainerVolumes {
    const volume = new DataVolume(this.scope, name, { name: Naming.container(name) });
    const mount = volume.mountedAt(containerPath);
    this.written.push(mount);
    return mount;
  }
}
