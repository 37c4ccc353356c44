import type { ContainerVolumes } from "@cdktf/provider-docker/lib/container";
import { Volume } from "@cdktf/provider-docker/lib/volume";
import { type ITerraformDependable, TerraformStack } from "cdktf";
import { Construct } from "constructs";
import { neverReplaced } from "../configuration/never-replaced";
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

/** A named volume for state that outlives containers. It is never replaced: its files would be gone, or somewhere else. */
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
    const { volume } = this;
    const stack = TerraformStack.of(this).node.id;
    neverReplaced(volume, () => {
      const name = volume.nameInput ?? props.name;
      const [wanted, place] = [props.hostPath ?? "", props.hostPath ?? "a folder of Docker's own"];
      const device = 'try(self.driver_opts["device"], "")';
      return {
        condition: `self.name == "${name}" && ${device} == "${wanted}"`,
        message:
          `The volume \${self.name} keeps its files in \${${device} != "" ? ${device} : "a folder of Docker's own"}, and the ` +
          `settings name the volume ${name} with its files in ${place}. A volume that containers use cannot be replaced. ` +
          `Take the setting back, or remove the system first (npx cdktf destroy ${stack}), move the files, and deploy it again.`,
      };
    });
    this.volume.overrideLogicalId(Naming.terraformId(props.name));
  }

  /** The mount of this volume in a container. */
  mountedAt(containerPath: string): ContainerVolumes {
    return { volumeName: this.volume.name, containerPath };
  }
}
