import type { Tier } from "../naming";

/**
 * Where the image of a service comes from: `official` images are pulled from a registry, those of the team are built from the
 * template for an API service (`api`) or for the front end (`web`), or pulled under the team's own name.
 */
export type ImageKind = "official" | "api" | "web";

/** What is known of one service. Everything that names services anywhere in the project derives from it. */
export interface ServiceDeclaration {
  /** Short name, for example `user-service`: names of containers, images, folders and Terraform addresses follow from it. */
  readonly name: string;
  readonly tier: Tier;
  readonly image: ImageKind;
  /** Port inside the network; on the VM, services of the team answer on the same port of its loopback address. */
  readonly port: number;
  /** Path prefixes that the gateway sends to it. */
  readonly routes: readonly string[];
  /** Services that must be ready before it starts, and that its own health depends on, PostgreSQL and Redis included. */
  readonly needs: readonly string[];
  /** Whether its health asks none of those that it needs: the watchdog restarts it whatever else is wrong. */
  readonly healthAsksNobody: boolean;
  /** Whether it gets DATABASE_URL, and starts after PostgreSQL. */
  readonly usesPostgres: boolean;
  /** Whether it gets REDIS_URL, and starts after Redis. */
  readonly usesRedis: boolean;
  /** Folder of its uploaded files, under the folder of data. @default it takes no uploads */
  readonly uploadsFolder?: string;
  /** Whether it writes log files, which are rotated. */
  readonly logs: boolean;
  /** Folder of what the deploy lays down for it (the deployment document, 4.1). @default the infrastructure's */
  readonly deployFolder?: string;
  /** MiB below which its program does not work. */
  readonly leastMemoryMiB: number;
  /** Port of a developer's machine, without the offset. */
  readonly localPort: number;
  /** Port of a developer's machine on which a debugger finds it, without the offset. @default it is not run from source */
  readonly debugPort?: number;
  /** Prop of the stacks with its settings, for a built-in service of the team. @default `services`, by its name */
  readonly settings?: SettingsProp;
}

/** Props of the stacks with the settings of the built-in services. */
export type SettingsProp = "userService" | "workOrderService" | "assetService" | "web";

/**
 * One service that a team adds to the system: a Node.js program behind the gateway, like those of the deployment document. It
 * gets what they get: network, secrets, limits, health check, logs, watchdog, release. See docs/services.md.
 */
export interface OwnServiceDeclaration {
  /** Port inside the network, which the service finds as PORT, and on the VM's loopback address; from 1024 to 65535. */
  readonly port: number;
  /** Path prefixes that the gateway sends to it, for example `/api/reports`. @default none: only other services call it */
  readonly routes?: readonly string[];
  /**
   * Services that it calls: each must be ready before it starts, and its address is in the environment, for example
   * USER_SERVICE_URL. @default none
   */
  readonly needs?: readonly string[];
  /** Whether it uses the database, by DATABASE_URL. @default true */
  readonly usesPostgres?: boolean;
  /** Whether it uses the cache, by REDIS_URL. @default true */
  readonly usesRedis?: boolean;
  /** Whether it keeps uploaded files, in /app/uploads; backups hold them. @default false */
  readonly uploads?: boolean;
  /** Whether it writes log files, in /app/logs. @default true */
  readonly logs?: boolean;
  /** MiB of memory below which its program does not work; a smaller limit is refused. @default 96 */
  readonly leastMemoryMiB?: number;
  /** Port of a developer's machine, without the offset; from 1024 to 65535. @default the same as `port` */
  readonly localPort?: number;
  /** Port of a developer's machine for a debugger, without the offset; from 1024 to 65535. @default the next free one from 9233 */
  readonly debugPort?: number;
}

/** Services that a team adds, by name. */
export type OwnServices = Readonly<Record<string, OwnServiceDeclaration>>;
