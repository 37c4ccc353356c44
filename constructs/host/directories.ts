import type { Resource } from "@cdktf/provider-null/lib/resource";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { renderTemplate } from "../templates";
import type { HostConnection } from "./host-connection";
import type { HostLayout } from "./host-layout";
import { HostScript } from "./host-script";

/** One folder of the host. */
export interface Folder {
  readonly path: string;
  /** `operator` stands for the login that deploys. */
  readonly owner: "operator" | "root" | "1001";
  /** Octal permissions. */
  readonly mode: string;
}

export interface DirectoriesProps {
  readonly connection: HostConnection;
  readonly layout: HostLayout;
  /** What must be there first. @default nothing */
  readonly after?: readonly ITerraformDependable[];
}

/**
 * The folders under /opt/emaintenance, with owners that fit who writes there: the login that deploys, the services
 * (1001), or an image that takes its folder over itself. Only folders are touched, never what is in them.
 */
export class Directories extends Construct {
  readonly resource: Resource;

  constructor(scope: Construct, id: string, props: DirectoriesProps) {
    super(scope, id);
    this.resource = new HostScript(this, "directories", {
      connection: props.connection,
      script: renderTemplate("host/directories.sh.eta", { folders: hostFolders(props.layout) }),
      after: props.after,
    }).resource;
  }
}

/** Every folder of the system, from the outside in. */
export function hostFolders(layout: HostLayout): Folder[] {
  const operator = (path: string): Folder => ({ path, owner: "operator", mode: "0755" });
  const service = (path: string): Folder => ({ path, owner: "1001", mode: "0750" });
  // Created by root; PostgreSQL, Redis and Nginx take over what is theirs when they start.
  const image = (path: string): Folder => ({ path, owner: "root", mode: "0755" });
  return [
    operator(layout.root),
    ...["deploy", "deploy/Server", "data", "logs"].map((name) => operator(`${layout.root}/${name}`)),
    ...[
      "scripts",
      "infrastructure",
      "user-service",
      "work-order-service",
      "asset-service",
      "web-service",
      "nginx",
    ].map((part) => operator(layout.deploy(part))),
    ...["postgres", "redis"].map((name) => image(layout.data(name))),
    ...["postgres-backup", "redis-backup"].map((name) => ({
      path: layout.data(name),
      owner: "root" as const,
      mode: "0700",
    })),
    ...["work-order-uploads", "asset-uploads"].map((name) => service(layout.data(name))),
    ...["user-service", "work-order-service", "asset-service"].map((name) => service(layout.logs(name))),
    image(layout.logs("nginx")),
    { path: layout.backups, owner: "root", mode: "0700" },
  ];
}
