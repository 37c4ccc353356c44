import type { ContainerVolumes } from "@cdktf/provider-docker/lib/container";
import type { ITerraformDependable } from "cdktf";
import type { ServiceDeclaration } from "../services/service-declaration";

/** Where the system runs, and where it keeps things: a VM, or a developer's machine. */
export interface Place {
  /** NODE_ENV of the team's own services. */
  readonly nodeEnv: "production" | "development";
  /** What must be there before anything is made. */
  readonly after: readonly ITerraformDependable[];
  /** Whether PostgreSQL and Redis have ports of the machine. Else their network is an internal one. */
  readonly publishesData: boolean;
  /** Folder that keeps the files of a data volume. @default Docker keeps them */
  dataFolder(service: "postgres" | "redis"): string | undefined;
  /** Where a service writes its log. */
  logs(service: ServiceDeclaration): ContainerVolumes | undefined;
  /** Where a service keeps uploaded files. @default it takes none */
  uploads(service: ServiceDeclaration): ContainerVolumes | undefined;
  /** Folder that keeps the archive of the database's write-ahead log. @default the database is not backed up here */
  readonly walArchiveFolder?: string;
}
