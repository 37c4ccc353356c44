import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { OffHost } from "../backup/off-host";
import { Backup, type BackupSettings } from "../backup/backup";
import { describeBackup } from "../backup/backup-rules";
import type { Emaintenance } from "../system/emaintenance";
import { backupNeedsCommand } from "../errors";
import { Firewall, type FirewallSettings } from "../host/firewall";
import type { HostConnection } from "../ssh/host-connection";
import type { HostLayout } from "../ssh/host-layout";
import { ImageCleanUp, type ImageCleanUpProps } from "../host/image-clean-up";
import { JobRunner } from "../jobs/job-runner";
import { type LogLimits, LogRotation } from "../host/log-rotation";
import { OperatorCommand } from "../operator/operator-command";
import { Room, type RoomProps } from "../host/room";
import { Watchdog, type WatchdogProps } from "../host/watchdog";

type Settings<T> = Omit<T, "runner" | "services" | "after">;

/** What keeps the system healthy on its host, in addition to the containers. `false` disables a component. */
export interface HostComponentsSettings {
  /** @default ufw as in the deployment document (9.1), and the same for Docker's published ports */
  readonly firewall?: FirewallSettings | false;
  /** @default 10 MiB a file, three of each kept */
  readonly logRotation?: LogLimits | false;
  /** @default Sundays, keeping what runs and the five newest tags of each image */
  readonly imageCleanUp?: Settings<ImageCleanUpProps> | false;
  /** @default an alert where a disk is 85 % full, and no bound for uploads */
  readonly room?: Settings<RoomProps> | false;
  /** @default a container is restarted when it is unhealthy, three times an hour at most */
  readonly watchdog?: Settings<WatchdogProps> | false;
  /** @default backups of the database every day, of files and of everything every week, verified every week, kept 30 days */
  readonly backup?: BackupSettings | false;
  /** The schedules of backups need it. @default `emaintenance` is installed */
  readonly operatorCommand?: false;
}

export interface HostComponentsProps extends HostComponentsSettings {
  readonly connection: HostConnection;
  readonly layout: HostLayout;
  readonly system: Emaintenance;
  /** What must be there first: a host that is ready, with its folders. */
  readonly after: readonly ITerraformDependable[];
  /** Exists once a deployment has announced itself on the host: one that is refused leaves the firewall alone. */
  readonly begun: readonly ITerraformDependable[];
}

/** Everything on the VM that is not a container. */
export class HostComponents extends Construct {
  readonly firewall: Firewall;
  /** For jobs of a team's own. */
  readonly jobRunner: JobRunner;

  constructor(scope: Construct, id: string, props: HostComponentsProps) {
    super(scope, id);
    const { connection, layout, system, after } = props;
    const common = { connection, layout, after };
    const services = system.catalogue;

    const backup = props.backup === false ? {} : (props.backup ?? {});

    // A component that is disabled stays in the configuration: that is how it is removed from the host.
    const off = { enabled: false };
    this.firewall = new Firewall(this, "firewall", {
      ...common,
      inTurnAfter: props.begun,
      networks: [system.network, system.dataNetwork],
      gatewayPorts: system.gateway.publicPorts,
      ...(props.firewall === false ? off : props.firewall),
    });
    new OperatorCommand(this, "operator-command", {
      ...common,
      system,
      backup: describeBackup(backup, props.backup !== false && backup.database !== false),
      newestBackupHours: backup.newestHours,
      enabled: props.operatorCommand !== false,
    });

    // The runner removes the jobs that are no longer configured.
    const runner = new JobRunner(this, "job-runner", common);
    this.jobRunner = runner;
    if (props.logRotation !== false) {
      new LogRotation(this, "log-rotation", {
        runner,
        services,
        serviceUid: system.serviceUid,
        ...props.logRotation,
      });
    }
    if (props.imageCleanUp !== false) {
      new ImageCleanUp(this, "image-clean-up", { runner, ...props.imageCleanUp });
    }
    if (props.backup !== false) {
      if (props.operatorCommand === false) throw backupNeedsCommand();
      new Backup(this, "backup", { runner, archive: system.walArchive, ...backup });
    }
    new OffHost(this, "off-host", {
      ...common,
      runner,
      ...backup.offHost,
      enabled: backup.offHost !== undefined,
    });
    if (props.room !== false) {
      new Room(this, "room", { runner, services, ...props.room });
    }
    if (props.watchdog !== false) {
      new Watchdog(this, "watchdog", { runner, services, ...props.watchdog });
    }
  }
}
