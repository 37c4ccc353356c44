import { Construct } from "constructs";
import type { Resource } from "@cdktf/provider-null/lib/resource";
import type { ITerraformDependable } from "cdktf";
import { GATEWAY_CONFIGURATION, type GatewayFiles } from "../gateway/gateway";
import { DEPLOY_LOCK, Naming } from "../naming";
import { template } from "../templates";
import type { HostConnection } from "../ssh/host-connection";
import type { HostLayout } from "../ssh/host-layout";
import { HostScript } from "../ssh/host-script";

export interface GatewayConfigurationProps {
  readonly connection: HostConnection;
  readonly layout: HostLayout;
  /** The whole of nginx.conf. */
  readonly nginxConf: string;
  /** Image with which the configuration is tried out before it is used. */
  readonly imageId: string;
  /** What must be there before the configuration is tried out. @default nothing */
  readonly tryAfter?: readonly ITerraformDependable[];
  /** What must be there before it is used. @default nothing */
  readonly after?: readonly ITerraformDependable[];
}

/**
 * Lays nginx.conf on the host, tried out first; a running gateway takes it over without losing a request. One that
 * Nginx refuses stops the deploy before anything of it has changed.
 */
export class GatewayConfiguration extends Construct implements GatewayFiles {
  readonly folder: string;
  readonly tried: readonly [Resource];
  readonly ready: readonly [Resource];

  constructor(scope: Construct, id: string, props: GatewayConfigurationProps) {
    super(scope, id);
    this.folder = props.layout.deploy("nginx");
    const common = {
      connection: props.connection,
      files: { [`${this.folder}/nginx.conf.new`]: props.nginxConf },
      script: template("nginx/reload.sh"),
    };
    const environment = {
      FOLDER: this.folder,
      MOUNT: GATEWAY_CONFIGURATION,
      IMAGE: props.imageId,
      CONTAINER: Naming.container("nginx"),
      LOCK: DEPLOY_LOCK,
    };
    const trial = new HostScript(this, "gateway-trial", {
      ...common,
      environment: { ...environment, TRY_ONLY: "1" },
      after: props.tryAfter,
      // Services that are deployed blue-green wait for it.
      createBeforeDestroy: true,
    });
    this.tried = [trial.resource];
    const script = new HostScript(this, "gateway-configuration", {
      ...common,
      environment,
      after: [trial.resource, ...(props.after ?? [])],
    });
    this.ready = [script.resource];
  }
}
