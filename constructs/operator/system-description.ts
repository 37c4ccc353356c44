import { DISK_PERCENT } from "../host/room";
import { ApiService } from "../api/api-service";
import { type BackupDescription, describeBackup } from "../backup/backup-rules";
import { TierContainer } from "../container/tier-container";
import { DataVolume } from "../data/data-volume";
import { Postgres } from "../data/postgres";
import { Redis } from "../data/redis";
import type { WalArchive } from "../data/wal-archive";
import type { Emaintenance } from "../system/emaintenance";
import {
  DEPLOY_LOCK,
  FORMER_DEPLOY_LOCK,
  LOCK_FOLDER,
  Naming,
  TAKE_OVER_MINUTES,
  type Tier,
} from "../naming";
import { Web } from "../web/web";
import { hostFolders } from "../ssh/host-folders";
import type { HostLayout } from "../ssh/host-layout";

/** How one asks a service whether it is well. */
export type Probe =
  | { readonly kind: "postgres" }
  | { readonly kind: "redis"; readonly port: number }
  | { readonly kind: "http"; readonly port: number; readonly path: string }
  /** Through the port of the host on which the system answers. */
  | { readonly kind: "gateway"; readonly address: string; readonly port: number };

export interface ServiceDescription {
  readonly service: string;
  readonly tier: Tier;
  /** The first of its containers; the others have their number behind it. */
  readonly container: string;
  /** Containers that do its work. */
  readonly replicas: number;
  /** Services that must be healthy before this one starts. */
  readonly needs: readonly string[];
  /** Ports of the host. */
  readonly publish: readonly { readonly port: number; readonly addresses: readonly string[] }[];
  readonly probe: Probe;
  readonly healthyWithinSeconds: number;
  readonly stopWithinSeconds: number;
}

/** What the scripts know of the archive of the write-ahead log. */
export interface PointInTimeDescription {
  readonly container: string;
  readonly folder: string;
  readonly slotPrefix: string;
  readonly keepDays: number;
  readonly slotLimitMiB: number;
  readonly behindSeconds: number;
  readonly baseLimitSeconds: number;
}

/** Percent of a disk's room, or of its inodes. */
interface Thresholds {
  readonly warning: number;
  readonly error: number;
}

/** What the scripts on the host know of the system. It holds no secret. */
export interface SystemDescription {
  readonly project: string;
  readonly labels: { readonly tier: string; readonly service: string };
  /** In start order. */
  readonly services: readonly ServiceDescription[];
  /** Containers that run to their end, such as the migration. */
  readonly jobs: readonly { readonly service: string; readonly container: string }[];
  /** Docker volumes; a `folder` keeps the files when the volume is removed. */
  readonly volumes: readonly { readonly name: string; readonly folder?: string }[];
  /** Folders whose owner and mode matter; `owner` is a user id. */
  readonly folders: readonly { readonly path: string; readonly owner: number; readonly mode: string }[];
  readonly root: string;
  /** Folder of the gateway's configuration, and of the file that enables its maintenance page. */
  readonly gatewayFolder: string;
  /** Folder of the checks that a deploy ends with. */
  readonly verifyFolder: string;
  /** Records of what was deployed. */
  readonly releases: string;
  readonly backups: string;
  /** Records of scheduled jobs, and alerts. */
  readonly status: string;
  /** Locks of backups and restores: a folder of root. */
  readonly lockFolder: string;
  /** Exists while a deploy changes something. */
  readonly deployLock: string;
  /** The same, of a deploy by a version before. */
  readonly formerDeployLock: string;
  /** Minutes after which a deploy that gave no sign of life has died. */
  readonly deployLockMinutes: number;
  readonly diskPercent: Thresholds;
  /** Hours after which the newest backup is too old: a day, and two hours for it to run. */
  readonly newestBackupHours: number;
  /** The archive of the database's write-ahead log. @default it is not archived */
  readonly pointInTime?: PointInTimeDescription;
  /** What every backup follows. */
  readonly backup: BackupDescription;
}

/** What is not read off the constructs. */
export interface DescriptionSettings {
  /** @default the defaults of BackupRules, and no schedule */
  readonly backup?: BackupDescription;
  /** @default 26 */
  readonly newestBackupHours?: number;
}

/** Reads off the constructs what there is to operate. Pure: the same system gives the same description. */
export function describeSystem(
  system: Emaintenance,
  layout: HostLayout,
  settings: DescriptionSettings = {},
): SystemDescription {
  const all = system.node.findAll();
  const containers = all.filter((one) => one instanceof TierContainer);
  const probes = new Map(all.flatMap((one) => probeOf(one)));
  const gateway = system.gateway.container;
  const [entrance] = gateway.published;
  if (entrance) {
    const [address = "0.0.0.0"] = entrance.on.addresses;
    const reachable = address === "0.0.0.0" || address === "::" ? "127.0.0.1" : address;
    probes.set(gateway, { kind: "gateway", address: reachable, port: entrance.on.port });
  }

  const services = containers.flatMap((container): ServiceDescription[] => {
    const probe = probes.get(container);
    return probe && !container.isJob ? [describeService(container, containers, probe)] : [];
  });
  return {
    project: Naming.project,
    labels: {
      tier: Naming.label("tier"),
      service: Naming.label("service"),
    },
    services: inStartOrder(services),
    jobs: containers
      .filter(({ isJob }) => isJob)
      .map(({ service, containerName }) => ({ service, container: containerName })),
    volumes: all
      .filter((one) => one instanceof DataVolume)
      .map(({ volumeName, hostPath }) => ({ name: volumeName, ...(hostPath && { folder: hostPath }) })),
    folders: hostFolders(layout, system.catalogue).flatMap(({ path, owner, mode }) => {
      // Those of the login follow it; those with 0755 of root are taken over by the image that writes there.
      const kept = owner === "services" || (owner === "root" && mode !== "0755");
      return kept ? [{ path, owner: owner === "root" ? 0 : system.serviceUid, mode }] : [];
    }),
    root: layout.root,
    gatewayFolder: layout.deploy("nginx"),
    verifyFolder: layout.deploy("verify"),
    releases: layout.releases,
    backups: layout.backups,
    status: layout.status,
    lockFolder: LOCK_FOLDER,
    deployLock: DEPLOY_LOCK,
    formerDeployLock: FORMER_DEPLOY_LOCK,
    deployLockMinutes: TAKE_OVER_MINUTES,
    diskPercent: DISK_PERCENT,
    newestBackupHours: settings.newestBackupHours ?? 26,
    ...(system.walArchive && { pointInTime: describeArchive(system.walArchive) }),
    backup: settings.backup ?? describeBackup({}, false),
  };
}

function describeArchive({ container, folder, slotPrefix, rules }: WalArchive): PointInTimeDescription {
  const { keepDays, slotLimitMiB, behindSeconds, baseLimitMinutes } = rules;
  return {
    container: container.containerName,
    folder,
    slotPrefix,
    keepDays,
    slotLimitMiB,
    behindSeconds,
    baseLimitSeconds: baseLimitMinutes * 60,
  };
}

/** The container that a construct made, and how to ask it. */
function probeOf(construct: unknown): [TierContainer, Probe][] {
  if (construct instanceof Postgres) {
    return [[construct.container, { kind: "postgres" }]];
  }
  if (construct instanceof Redis) {
    return [[construct.container, { kind: "redis", port: construct.port }]];
  }
  if (construct instanceof ApiService || construct instanceof Web) {
    const { container, port, healthPath: path } = construct;
    return [[container, { kind: "http", port, path }]];
  }
  return [];
}

function describeService(
  container: TierContainer,
  others: readonly TierContainer[],
  probe: Probe,
): ServiceDescription {
  return {
    service: container.service,
    tier: container.tier,
    container: container.containerName,
    replicas: others.filter(({ service }) => service === container.service).length,
    needs: [...new Set(others.filter((other) => container.waitsFor(other)).map(({ service }) => service))],
    publish: container.published.map(({ on }) => ({ port: on.port, addresses: on.addresses })),
    probe,
    healthyWithinSeconds: container.limitSeconds.healthy,
    stopWithinSeconds: container.limitSeconds.stop,
  };
}

/** Each service after everything that it needs; otherwise the order stays. */
function inStartOrder(services: readonly ServiceDescription[]): ServiceDescription[] {
  const placed: ServiceDescription[] = [];
  const place = (service: ServiceDescription): void => {
    if (placed.includes(service)) return;
    services.filter((other) => service.needs.includes(other.service)).forEach(place);
    placed.push(service);
  };
  services.forEach(place);
  return placed;
}
