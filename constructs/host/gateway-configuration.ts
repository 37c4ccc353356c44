import { Construct } from "constructs";
import type { Resource } from "@cdktf/provider-null/lib/resource";
import type { ITerraformDependable } from "cdktf";
import { GATEWAY_CONFIGURATION, type GatewayFiles } from "../gateway/gateway";
import { Naming } from "../naming";
import { template } from "../templates";
import type { HostConnection } from "./host-connection";
import type { HostLayout } from "./host-layout";
import { HostScript } from "./host-script";

export interface GatewayConfigurationProps {
  readonly connection: HostConnection;
  readonly layout: HostLayout;
  /** The whole of nginx.conf. */
  readonly nginxConf: string;
  /** Image with which the configuration is tried out before it is used. */
  readonly imageId: string;
  /** What must be there first. @default nothing */
  readonly after?: readonly ITerraformDependable[];
}

/**
 * Lays nginx.conf on the host, tried out first; a running gateway takes it over without losing a request. One that
 * Nginx refuses stops the deploy, and the old one stays in use.
 */
export class GatewayConfiguration extends Construct implements GatewayFiles {
  readonly folder: string;
  readonly ready: readonly [Resource];

  constructor(scope: Construct, id: string, props: GatewayConfigurationProps) {
    super(scope, id);
    this.folder = props.layout.deploy("nginx");
    const script = new HostScript(this, "gateway-configuration", {
      connection: props.connection,
      files: { [`${this.folder}/nginx.conf.new`]: props.nginxConf },
      script: template("nginx/reload.sh"),
      environment: {
        FOLDER: this.folder,
        MOUNT: GATEWAY_CONFIGURATION,
        IMAGE: props.imageId,
        CONTAINER: Naming.container("nginx"),
      },
      after: props.after,
    });
    this.ready = [script.resource];
  }
}
