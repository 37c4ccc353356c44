import type { ContainerVolumes } from "@cdktf/provider-docker/lib/container";
import type { ITerraformDependable } from "cdktf";
import type { Place } from "../system/place";
import type { HostLayout } from "../ssh/host-layout";
import type { ServiceDeclaration } from "../services/service-declaration";

export interface VmPlaceProps {
  readonly layout: HostLayout;
  /** What must be there before anything is made: a host that is ready, with its folders. */
  readonly after: readonly ITerraformDependable[];
}

/** A VM: data, logs and uploads are in folders of the host. */
export class VmPlace implements Place {
  readonly nodeEnv = "production";
  readonly after: readonly ITerraformDependable[];
  readonly publishesData = false;
  readonly walArchiveFolder: string;

  constructor(private readonly props: VmPlaceProps) {
    this.after = props.after;
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
}
