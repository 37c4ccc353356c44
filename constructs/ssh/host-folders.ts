import { ServiceCatalogue } from "../services/service-catalogue";
import type { HostLayout } from "./host-layout";

/** One folder of the host. */
export interface Folder {
  readonly path: string;
  /** `operator` is the login that deploys. */
  readonly owner: "operator" | "root" | "services";
  /** Octal permissions. */
  readonly mode: string;
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
