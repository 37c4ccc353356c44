/** The tiers of the deployment document's picture, in start order. */
export type Tier = "data" | "api" | "web" | "gateway";

/**
 * The one place where the prefix `emaintenance` is written: names of containers, networks, labels and
 * Terraform addresses all come from here.
 */
export const Naming = {
  project: "emaintenance",

  /** The Docker network of the gateway, the web and the services. */
  network: "emaintenance-network",

  /** The Docker network of PostgreSQL, Redis and those that use them. */
  dataNetwork: "emaintenance-data",

  /** Name of the container of a service or job, for example `emaintenance-user-service`. */
  container: (service: string): string => `emaintenance-${service}`,

  /** The same, if a service has several: the first one has its name, the second is `…-2`. */
  instance: (service: string, number: number): string =>
    number === 1 ? Naming.container(service) : `${Naming.container(service)}-${number}`,

  /** Names under which other containers reach a service: the short and the long one. */
  aliases: (service: string): string[] => [service, Naming.container(service)],

  /** Variable in which a service finds the address of another, for example `USER_SERVICE_URL`. */
  urlVariable: (service: string): string => `${service.toUpperCase().replace(/-/g, "_")}_URL`,

  /** Image that a team publishes for one of its own services, without the tag. */
  image: (service: string): string => `emaintenance/${service}`,

  /** A label key, for example `emaintenance.tier`. */
  label: (key: "tier" | "service" | "settings" | "build" | "generation"): string => `emaintenance.${key}`,

  /** The readable part of a Terraform address, for example `docker_container.user_service`. */
  terraformId: (name: string): string => name.replace(/[^A-Za-z0-9]+/g, "_"),
} as const;

/** Locks of what is under way. It is root's, and /run is empty after a boot; /run/lock is anybody's. */
export const LOCK_FOLDER = `/run/${Naming.project}`;

/** Who deploys now. Its folder is the login's that deploys. */
export const DEPLOY_LOCK = `${LOCK_FOLDER}/deploy/lock`;

/** Where versions up to November 2026 have that lock: one of them may be deploying while this one begins. */
export const FORMER_DEPLOY_LOCK = `/run/lock/${Naming.project}-deploy`;

/** Minutes after which a lock that shows no sign of life is invalid, and another deployment may take it over. */
export const TAKE_OVER_MINUTES = 60;

/** Output of the production stack that tells the workstation's commands which folder of the VM holds everything. */
export const HOST_ROOT_OUTPUT = "host_root";
