import type { Resource } from "@cdktf/provider-null/lib/resource";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { renderTemplate } from "../templates";
import { ServiceCatalogue } from "../services/service-catalogue";
import { DEFAULT_SERVICE_UID, serviceAccount } from "../values/service-uid";
import type { HostConnection } from "../ssh/host-connection";
import { hostFolders } from "../ssh/host-folders";
import type { HostLayout } from "../ssh/host-layout";
import { HostScript } from "../ssh/host-script";

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
