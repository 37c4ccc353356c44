import type { ContainerVolumes } from "@cdktf/provider-docker/lib/container";
import { Volume } from "@cdktf/provider-docker/lib/volume";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { Naming } from "../naming";

export interface PostgresSocketProps {
  /** What must be there first. @default nothing */
  readonly after?: readonly ITerraformDependable[];
}

/** Where the image keeps its socket. */
const FOLDER = "/run/postgresql";

/**
 * The folder of the database's socket as a volume in memory, for containers that talk to the server without a password:
 * whoever may mount the volume may do anything in the database, as whoever may use Docker can.
 */
export class PostgresSocket extends Construct {
  private readonly volume: Volume;

  constructor(scope: Construct, id: string, props: PostgresSocketProps = {}) {
    super(scope, id);
    const name = "postgres-socket";
    this.volume = new Volume(this, "volume", {
      name,
      driver: "local",
      // Open to all as /tmp is; the image takes the folder over when it starts.
      driverOpts: { type: "tmpfs", device: "tmpfs", o: "size=16m,mode=1777,nosuid,nodev,noexec" },
      dependsOn: [...(props.after ?? [])],
    });
    this.volume.overrideLogicalId(Naming.terraformId(name));
  }

  /** The mount of this folder, at the place where PostgreSQL and its programs look for it. */
  get mount(): ContainerVolumes {
    return { volumeName: this.volume.name, containerPath: FOLDER };
  }
}
