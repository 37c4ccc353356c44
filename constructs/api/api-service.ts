import type { ContainerVolumes } from "@cdktf/provider-docker/lib/container";
import type { ITerraformDependable } from "cdktf";
import type { Construct } from "constructs";
import type { ServiceName } from "../naming";
import { OwnService, type OwnServiceProps } from "./own-service";

export interface ApiServiceProps extends OwnServiceProps {
  readonly service: ServiceName;
  readonly port: number;
  readonly corsOrigin: string;
  /** Where logs and uploads go. @default nowhere outside the container */
  readonly volumes?: readonly ContainerVolumes[];
  /** What must be there first, beside what the relations add. @default nothing */
  readonly after?: readonly ITerraformDependable[];
}

/** A Node.js service behind the gateway. The three of the system differ by a few words only. */
export class ApiService extends OwnService {
  constructor(scope: Construct, id: string, props: ApiServiceProps) {
    super(scope, id, props, {
      tier: "api",
      service: props.service,
      containerId: "service",
      port: props.port,
      healthPath: "/health",
      volumes: props.volumes,
    });
    this.startAfter(...(props.after ?? []));
    this.setEnvironment("CORS_ORIGIN", props.corsOrigin);
  }
}
