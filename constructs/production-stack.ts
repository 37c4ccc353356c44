import { DockerProvider } from "@cdktf/provider-docker/lib/provider";
import { NullProvider } from "@cdktf/provider-null/lib/provider";
import { LocalBackend, TerraformOutput, TerraformStack } from "cdktf";
import type { Construct } from "constructs";
import { ApplicationVariables } from "./configuration/application-variables";
import { Emaintenance, type EmaintenanceSettings } from "./emaintenance";
import { Directories } from "./host/directories";
import { HostConnection } from "./host/host-connection";
import { HostLayout } from "./host/host-layout";
import { KeptData } from "./host/kept-data";
import { Preflight } from "./host/preflight";
import { VmPlacement } from "./host/vm-placement";
import { pinProviders } from "./provider-versions";
import { statePath } from "./state-path";

export interface ProductionStackProps extends EmaintenanceSettings {
  /** Folder of everything on the VM. @default /opt/emaintenance (the seed, 3.2) */
  readonly hostRoot?: string;
}

/** The system on one VM, reached over SSH. */
export class ProductionStack extends TerraformStack {
  readonly system: Emaintenance;

  constructor(scope: Construct, id: string, props: ProductionStackProps = {}) {
    super(scope, id);
    new LocalBackend(this, { path: statePath(id) });
    pinProviders(this);

    const layout = new HostLayout(props.hostRoot);
    const variables = new ApplicationVariables(this, "application");
    const connection = new HostConnection(this, "host");
    new DockerProvider(this, "docker", connection.dockerProvider);
    new NullProvider(this, "null");

    const preflight = new Preflight(this, "preflight", { connection, references: props.images });
    const directories = new Directories(this, "directories", {
      connection,
      layout,
      after: [preflight.resource],
    });
    new KeptData(this, "kept-data", { connection, layout });

    this.system = new Emaintenance(this, "emaintenance", {
      ...props,
      variables,
      placement: new VmPlacement({ connection, layout, after: [directories.resource] }),
    });

    const url = new TerraformOutput(this, "url", {
      value: variables.publicUrl.stringValue,
      description: "Where the system answers.",
    });
    url.overrideLogicalId("url");
  }
}
