import { Construct } from "constructs";
import {
  type PointInTimeRules,
  type PointInTimeSettings,
  pointInTimeRulesSchema,
  withDefaults,
} from "./point-in-time-settings";
import { TierContainer } from "../container/tier-container";
import { Tmpfs } from "../container/tmpfs";
import { Naming } from "../naming";
import type { EmaintenanceNetwork } from "../network/emaintenance-network";
import type { ServiceImage } from "../images/service-image";
import { template } from "../templates";
import { HealthCheck } from "../values/health-check";
import { validateProps } from "../values/validate";
import type { Postgres } from "./postgres";
import type { PostgresSocket } from "./postgres-socket";

export interface WalArchiveProps {
  readonly settings: PointInTimeSettings;
  /** The database's own image: its programs have the server's version. */
  readonly image: ServiceImage;
  readonly network: EmaintenanceNetwork;
  readonly socket: PostgresSocket;
  /** Folder of the host for the archive. Docker makes it. */
  readonly folder: string;
}

/** Where the archive is inside the container. */
const MOUNT = "/archive";

/** Prefix of the names of this project's replication slots. */
const SLOT_PREFIX = `${Naming.project}_archive_`;

/** Memory in MiB: the program holds a few buffers, the shell of its start and of the health check the rest. */
const MEMORY_MIB = 64;

/**
 * Copies the database's write-ahead log to a folder of the host, second by second, by PostgreSQL's own pg_receivewal. See
 * docs/decisions/008-point-in-time.md.
 */
export class WalArchive extends Construct {
  readonly container: TierContainer;
  readonly folder: string;
  readonly slotPrefix = SLOT_PREFIX;
  readonly settings: PointInTimeSettings;
  readonly rules: PointInTimeRules;

  constructor(scope: Construct, id: string, props: WalArchiveProps) {
    super(scope, id);
    this.settings = props.settings;
    this.rules = validateProps(this, pointInTimeRulesSchema, withDefaults(props.settings));
    this.folder = props.folder;
    this.container = new TierContainer(this, "wal-archive", {
      tier: "data",
      service: "wal-archive",
      image: props.image,
      network: props.network,
      entrypoint: ["sh", "-c", template("point-in-time/archive.sh"), "archive"],
      command: [],
      // Root without any privilege: the files of the archive are root's, as those of all backups.
      tmpfs: [Tmpfs.at("/tmp", { sizeMiB: 4 })],
      volumes: [props.socket.mount, { hostPath: props.folder, containerPath: MOUNT }],
      environment: { ARCHIVE: MOUNT, SLOT_PREFIX },
      healthCheck: HealthCheck.shell(
        `psql -XAtqc "SELECT 1 FROM pg_stat_replication WHERE application_name = '${SLOT_PREFIX}receiver' AND state = 'streaming'" template1 | grep -qx 1`,
      ),
      limits: { cpus: 1, memoryMiB: MEMORY_MIB },
      replacedWhenStopped: true,
    });
  }

  /** Settings of the server that an archive needs. */
  static serverSettings(settings: PointInTimeSettings): Record<string, string> {
    return { max_slot_wal_keep_size: `${withDefaults(settings).slotLimitMiB}MB` };
  }

  /** Follows this server. */
  follow(postgres: Postgres): void {
    this.container.setEnvironment("PGUSER", postgres.superuser);
    this.container.setEnvironment("PGPORT", String(postgres.port));
    this.container.startAfter(postgres.container.resource);
  }
}
