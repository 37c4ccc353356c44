import type { Resource } from "@cdktf/provider-null/lib/resource";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import type { BackupDescription } from "../backup/backup-rules";
import type { Emaintenance } from "../system/emaintenance";
import { template } from "../templates";
import type { HostConnection } from "../ssh/host-connection";
import type { HostLayout } from "../ssh/host-layout";
import { HostComponent } from "../ssh/host-component";
import { operatorFiles } from "./operator-files";
import { describeSystem } from "./system-description";

export interface OperatorCommandProps {
  readonly connection: HostConnection;
  readonly layout: HostLayout;
  /** What is to be operated: services, ports and limits are read off it. */
  readonly system: Emaintenance;
  /** Rules of backups. @default those of BackupRules, and no schedule */
  readonly backup?: BackupDescription;
  /** As in the system's description. @default 26 */
  readonly newestBackupHours?: number;
  /** What must be there first: the folders. @default nothing */
  readonly after?: readonly ITerraformDependable[];
  /** False removes the command. @default true */
  readonly enabled?: boolean;
}

/**
 * `emaintenance`, the operator's command on the host, and behind it the scripts that the deployment document names
 * (4.1). It needs bash, jq, curl and docker there. See docs/operator.md.
 */
export class OperatorCommand extends Construct {
  readonly resource: Resource;

  constructor(scope: Construct, id: string, props: OperatorCommandProps) {
    super(scope, id);
    const { connection, layout, system, after, enabled, backup, newestBackupHours } = props;
    const description = describeSystem(system, layout, { backup, newestBackupHours });
    const files = operatorFiles(layout, description, system.catalogue);
    this.resource = new HostComponent(this, "operator-command", {
      connection,
      layout,
      // One file: there are some ninety, and links, and whoever installs them wants to know which there were before.
      files: { "files.json": JSON.stringify(files, null, 1) },
      apply: template("operator/install.sh"),
      remove: template("operator/remove.sh"),
      after,
      enabled,
    }).resource;
  }
}
