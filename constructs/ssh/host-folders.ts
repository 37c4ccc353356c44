import type { HostLayout } from "./host-layout";

/** One folder of the host. */
export interface Folder {
  readonly path: string;
  /** `operator` stands for the login that deploys. */
  readonly owner: "operator" | "root" | "services";
  /** Octal permissions. */
  readonly mode: string;
}

/** Folders that the services write to: their logs and their uploads. */
export function serviceFolders(layout: HostLayout): string[] {
  return hostFolders(layout).flatMap(({ path, owner }) => (owner === "services" ? [path] : []));
}

/** Every folder of the system, from the outside in. */
export function hostFolders(layout: HostLayout): Folder[] {
  const operator = (path: string): Folder => ({ path, owner: "operator", mode: "0755" });
  const service = (path: string): Folder => ({ path, owner: "services", mode: "0750" });
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
