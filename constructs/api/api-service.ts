import type { ContainerVolumes } from "@cdktf/provider-docker/lib/container";
import type { ITerraformDependable } from "cdktf";
import type { Construct } from "constructs";
import type { ServiceDeclaration } from "../services/service-declaration";
import { OwnService, type OwnServiceProps } from "./own-service";

export interface ApiServiceProps extends OwnServiceProps {
  /** What it is: its name, its port. */
  readonly declaration: ServiceDeclaration;
  readonly corsOrigin: string;
  /** Where logs and uploads go. @default nowhere outside the container */
  readonly volumes?: readonly ContainerVolumes[];
  /** What must be there first, in addition to what the relations add. @default nothing */
  readonly after?: readonly ITerraformDependable[];
}

/** A Node.js service behind the gateway: those of the deployment document, and those that a team adds. */
export class ApiService extends OwnService {
  constructor(scope: Construct, id: string, props: ApiServiceProps) {
    super(scope, id, props, {
      declaration: props.declaration,
      containerId: "service",
      healthPath: "/health",
      volumes: props.volumes,
    });
    this.startAfter(...(props.after ?? []));
    this.setEnvironment("CORS_ORIGIN", props.corsOrigin);
  }
}
