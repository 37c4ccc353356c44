import { DockerProvider } from "@cdktf/provider-docker/lib/provider";
import { NullProvider } from "@cdktf/provider-null/lib/provider";
import { LocalBackend, TerraformOutput, TerraformStack } from "cdktf";
import type { Construct } from "constructs";
import { OFF_HOST_PROGRAM } from "../backup/off-host";
import { ApplicationVariables } from "../configuration/application-variables";
import { Emaintenance, type EmaintenanceSettings } from "../system/emaintenance";
import { Directories } from "../host/directories";
import { HostConnection } from "../ssh/host-connection";
import { HostLayout } from "../ssh/host-layout";
import { KeptData } from "../host/kept-data";
import { HostComponents, type HostComponentsSettings } from "./host-components";
import { Preflight, type PreflightLimits } from "../host/preflight";
import { VmPlace } from "./vm-place";
import { VmRollout } from "./vm-rollout";
import { HOST_ROOT_OUTPUT } from "../naming";
import { pinProviders } from "../provider-versions";
import { Deployment } from "../rollout/deployment";
import { ReleaseRecord } from "../release/release-record";
import { Verification } from "../release/verification";
import type { VerifyCheck } from "../release/verify-check";
import { Registries } from "../images/registries";
import { checkedServiceUid } from "../values/service-uid";
import { statePath } from "../state-path";
import { ServiceCatalogue } from "../services/service-catalogue";

export interface ProductionStackProps extends EmaintenanceSettings {
  /** Folder of everything on the VM. @default /opt/emaintenance (deployment document, 3.2) */
  readonly hostRoot?: string;
  /** What must work after each deploy. @default the deployment document's list (10.1), see release/default-checks.ts */
  readonly verify?: readonly VerifyCheck[];
  /** Good releases that stay on the host with their images, so that a rollback to them is possible. @default 5 */
  readonly keepReleases?: number;
  /** The host components, and the limits of the preflight checks. @default all of it */
  readonly host?: HostComponentsSettings & { readonly preflight?: PreflightLimits };
}

/** Programs of the host that its components use. */
const HOST_PROGRAMS = ["ufw", "jq", "curl", "logrotate", "cron"];

/** The system on one VM, reached over SSH. */
export class ProductionStack extends TerraformStack {
  readonly system: Emaintenance;
  /** What runs on the host in addition to the containers. */
  readonly hostComponents: HostComponents;

  constructor(scope: Construct, id: string, props: ProductionStackProps = {}) {
    super(scope, id);
    new LocalBackend(this, { path: statePath(id) });
    pinProviders(this);

    const layout = new HostLayout(props.hostRoot);
    const serviceUid = checkedServiceUid(props.serviceUid);
    const services = ServiceCatalogue.with(props.services);
    const variables = new ApplicationVariables(this, "application", { services });
    const connection = new HostConnection(this, "host");
    const registries = new Registries(this, "registries");
    new NullProvider(this, "null");

    const copiesOffHost = props.host?.backup !== false && props.host?.backup?.offHost !== undefined;
    const preflight = new Preflight(this, "preflight", {
      connection,
      layout,
      programs: [...HOST_PROGRAMS, ...(copiesOffHost ? [OFF_HOST_PROGRAM] : [])],
      registries,
      secrets: variables.secrets,
      serviceUid,
      ...props.host?.preflight,
    });
    registries.grantTo(new DockerProvider(this, "docker", connection.dockerProvider));
    const directories = new Directories(this, "directories", {
      connection,
      layout,
      services,
      serviceUid,
      after: [preflight.resource],
    });
    new KeptData(this, "kept-data", { connection, layout });

    const deployment = new Deployment(this, "deployment", {
      connection,
      layout,
      preflight: preflight.resource,
      services,
      serviceUid,
      gatewayConfiguration: () => this.system.nginxConf,
      after: [directories.resource],
    });

    const backup = props.host?.backup;
    const firewall = props.host?.firewall !== false;
    const rollout = new VmRollout({ connection, layout, deployment, firewall });
    this.system = new Emaintenance(this, "emaintenance", {
      ...props,
      catalogue: services,
      pointInTime: backup === false ? undefined : backup?.pointInTime,
      variables,
      place: new VmPlace({ layout, after: [directories.resource] }),
      rollout,
    });

    this.hostComponents = new HostComponents(this, "host-parts", {
      ...props.host,
      connection,
      layout,
      system: this.system,
      after: [directories.resource],
      begun: deployment.after,
    });

    // A port that is published before the firewall is there would be open to everybody meanwhile. Services wait for it on
    // the host (DataGate). PostgreSQL does not: Terraform removes what it replaces first, so it would be gone if the firewall fails.
    this.system.gateway.container.startAfter(this.hostComponents.firewall.resource);

    const verification = new Verification(this, "verification", {
      connection,
      layout,
      variables,
      system: this.system,
      checks: props.verify,
      folders: [directories.resource],
      after: [this.system.gateway.container.resource],
    });
    const record = new ReleaseRecord(this, "release-record", {
      connection,
      layout,
      variables,
      images: this.system.images,
      keep: props.keepReleases,
      verified: verification.resource,
    });

    deployment.endAfter(record.resource, ...rollout.last);

    const url = new TerraformOutput(this, "url", {
      value: variables.publicUrl.stringValue,
      description: "Where the system answers.",
    });
    url.overrideLogicalId("url");
    const hostRoot = new TerraformOutput(this, HOST_ROOT_OUTPUT, {
      value: layout.root,
      description: "Folder of everything on the VM.",
    });
    hostRoot.overrideLogicalId(HOST_ROOT_OUTPUT);
  }
}
