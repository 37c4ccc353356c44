import type { ContainerVolumes } from "@cdktf/provider-docker/lib/container";
import { Volume } from "@cdktf/provider-docker/lib/volume";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { Naming } from "../naming";

export interface DataVolumeProps {
  /** Name of the Docker volume, for example `postgres-data`. */
  readonly name: string;
  /**
   * Folder of the host that holds the files. Removing the volume leaves them there, and the next deployment finds
   * them again. It must exist before the first container mounts the volume.
   * @default Docker keeps the files, and removes them with the volume
   */
  readonly hostPath?: string;
  /** What must be there first. @default nothing */
  readonly after?: readonly ITerraformDependable[];
}

/** A named volume for state that outlives containers. */
export class DataVolume extends Construct {
  readonly volumeName: string;
  /** Folder of the host that holds the files. */
  readonly hostPath?: string;
  private readonly volume: Volume;

  constructor(scope: Construct, id: string, props: DataVolumeProps) {
    super(scope, id);
    this.volumeName = props.name;
    this.hostPath = props.hostPath;
    this.volume = new Volume(this, "volume", {
      name: props.name,
      driver: "local",
      driverOpts: props.hostPath ? { type: "none", o: "bind", device: props.hostPath } : undefined,
      dependsOn: [...(props.after ?? [])],
    });
    this.volume.overrideLogicalId(Naming.terraformId(props.name));
  }

  /** The mount of this volume in a container. */
  mountedAt(containerPath: string): ContainerVolumes {
    return { volumeName: this.volume.name, containerPath };
  }
}
