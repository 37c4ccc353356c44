import { DockerProvider } from "@cdktf/provider-docker/lib/provider";
import { LocalBackend, TerraformOutput, TerraformStack } from "cdktf";
import type { Construct } from "constructs";
import { ApplicationVariables } from "./configuration/application-variables";
import { Emaintenance, type EmaintenanceSettings } from "./emaintenance";
import { LocalPlacement } from "./local/local-placement";
import { pinProviders } from "./provider-versions";
import { statePath } from "./state-path";
import { PublishedPort } from "./values/published-port";

/** Port of the database on a developer's machine, where 5432 may be taken (the seed, 3.1). */
const POSTGRES_PORT = 5433;

/** Port of the gateway. */
const GATEWAY_PORT = 3030;

/** The same system on a developer's own Docker Engine, on the loopback address only. */
export class LocalStack extends TerraformStack {
  readonly system: Emaintenance;

  constructor(scope: Construct, id: string, props: EmaintenanceSettings = {}) {
    super(scope, id);
    new LocalBackend(this, { path: statePath(id) });
    pinProviders(this);

    const variables = new ApplicationVariables(this, "application", {
      defaultPublicUrl: `http://localhost:${GATEWAY_PORT}`,
    });
    new DockerProvider(this, "docker");

    const development = { logLevel: "debug" } as const;
    this.system = new Emaintenance(this, "emaintenance", {
      ...props,
      variables,
      placement: new LocalPlacement(),
      postgres: { publish: [PublishedPort.loopback(POSTGRES_PORT)], ...props.postgres },
      userService: { ...development, ...props.userService },
      workOrderService: { ...development, ...props.workOrderService },
      assetService: { ...development, ...props.assetService },
      web: { ...development, ...props.web },
      gateway: {
        publish: [PublishedPort.loopback(GATEWAY_PORT)],
        // What happens is in `docker logs`; a file in memory would fill up.
        accessLogPath: "/dev/stdout",
        errorLogPath: "/dev/stderr",
        ...props.gateway,
      },
    });

    const url = new TerraformOutput(this, "url", {
      value: variables.publicUrl.stringValue,
      description: "Where the system answers.",
    });
    url.overrideLogicalId("url");
  }
}
