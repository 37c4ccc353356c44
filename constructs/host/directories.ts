import type { Resource } from "@cdktf/provider-null/lib/resource";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { renderTemplate } from "../templates";
import { ServiceCatalogue } from "../services/service-catalogue";
import { DEFAULT_SERVICE_UID, serviceAccount } from "../values/service-uid";
import type { HostConnection } from "./host-connection";
import type { HostLayout } from "./host-layout";
import { HostScript } from "./host-script";

/** One folder of the host. */
export interface Folder {
  readonly path: string;
  /** `operator` stands for the login that deploys. */
  readonly owner: "operator" | "root" | "services";
  /** Octal permissions. */
  readonly mode: string;
}

export interface DirectoriesProps {
  readonly connection: HostConnection;
  readonly layout: HostLayout;
  /** User and group id of the services. @default 1001 */
  readonly serviceUid?: number;
  /** Services that have folders. @default those of the deployment document */
  readonly services?: ServiceCatalogue;
  /** What must be there first. @default nothing */
  readonly after?: readonly ITerraformDependable[];
}

/**
 * The folders under /opt/emaintenance, with owners that fit who writes there: the login that deploys, the services,
 * or an image that takes its folder over itself. Only folders are touched, never what is in them.
 */
export class Directories extends Construct {
  readonly resource: Resource;

  constructor(scope: Construct, id: string, props: DirectoriesProps) {
    super(scope, id);
    this.resource = new HostScript(this, "directories", {
      connection: props.connection,
      script: renderTemplate("host/directories.sh.eta", {
        folders: hostFolders(props.layout, props.services),
        uid: props.serviceUid ?? DEFAULT_SERVICE_UID,
        account: serviceAccount(props.serviceUid),
      }),
      after: props.after,
    }).resource;
  }
}

/** Folders that the services write to: their logs and their uploads. */
export function serviceFolders(layout: HostLayout, services?: ServiceCatalogue): string[] {
  return hostFolders(layout, services).flatMap(({ path, owner }) => (owner === "services" ? [path] : []));
}

/** Every folder of the system, from the outside in. */
export function hostFolders(layout: HostLayout, services = ServiceCatalogue.builtIn): Folder[] {
  const operator = (path: string): Folder => ({ path, owner: "operator", mode: "0755" });
  const service = (path: string): Folder => ({ path, owner: "services", mode: "0750" });
  // Created by root; PostgreSQL, Redis and Nginx take over what is theirs when they start.
  const image = (path: string): Folder => ({ path, owner: "root", mode: "0755" });
  return [
    operator(layout.root),
    ...["deploy", "deploy/Server", "data", "logs"].map((name) => operator(`${layout.root}/${name}`)),
    ...["scripts", ...deployFolders(services)].map((part) => operator(layout.deploy(part))),
    ...["postgres", "redis"].map((name) => image(layout.data(name))),
    ...["postgres-backup", "redis-backup"].map((name) => ({
      path: layout.data(name),
      owner: "root" as const,
      mode: "0700",
    })),
    ...services.uploadsFolders.map((name) => service(layout.data(name))),
    ...services.api.flatMap(({ name, logs }) => (logs ? [service(layout.logs(name))] : [])),
    image(layout.logs("nginx")),
    { path: layout.backups, owner: "root", mode: "0700" },
  ];
}

/** Folders of the deployment document (4.1): one for the data tier, and one for each other service. */
export function deployFolders(services = ServiceCatalogue.builtIn): string[] {
  return ["infrastructure", ...services.inStartOrder.flatMap(({ deployFolder }) => deployFolder ?? [])];
}
