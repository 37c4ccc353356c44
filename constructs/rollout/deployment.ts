import { Container } from "@cdktf/provider-docker/lib/container";
import { Image } from "@cdktf/provider-docker/lib/image";
import type { Resource } from "@cdktf/provider-null/lib/resource";
import { type ITerraformDependable, Lazy, TerraformStack } from "cdktf";
import { Construct } from "constructs";
import { createHash } from "node:crypto";
import { expression } from "../configuration/expression";
import type { HostConnection } from "../ssh/host-connection";
import { serviceFolders } from "../ssh/host-folders";
import type { HostLayout } from "../ssh/host-layout";
import { HostScript } from "../ssh/host-script";
import { DEPLOY_LOCK, FORMER_DEPLOY_LOCK, LOCK_FOLDER, Naming, TAKE_OVER_MINUTES } from "../naming";
import type { ServiceCatalogue } from "../services/service-catalogue";
import { statePath } from "../state-path";
import { template } from "../templates";
import { DEFAULT_SERVICE_UID } from "../values/service-uid";
import type { BlueGreen } from "../container/blue-green";

/** A restore holds a lock on this file as long as it runs; on the other one if it is of an earlier version. */
const RESTORE_LOCK = `${LOCK_FOLDER}/restore`;
const FORMER_RESTORE_LOCK = `/run/lock/${Naming.project}-restore`;

export interface DeploymentProps {
  readonly connection: HostConnection;
  readonly layout: HostLayout;
  /** Whatever makes this another deployment, in addition to the images: the preflight checks, which know all containers. */
  readonly preflight: Resource;
  /** Services whose folders follow their user. @default those of the deployment document */
  readonly services?: ServiceCatalogue;
  /** User and group id of the services. @default 1001 */
  readonly serviceUid?: number;
  /** The gateway's configuration, once the stack is complete. */
  readonly gatewayConfiguration: () => string;
  /** What must be there first: folders of the host. */
  readonly after: readonly ITerraformDependable[];
}

/**
 * One deployment, from its lock on the host to its end. It is another one whenever a container, an image, a secret or the
 * gateway's configuration is, or when the one before has not come to its end.
 *
 * A completion marker shows this to Terraform at its next refresh: a container that never runs, and whose name says
 * whether the last deployment is complete. The first script of a deployment gives it another name, the last one the first
 * name again; in between Terraform finds a name that is not the configured one, and replaces the marker. Its id is on the
 * label of all containers without a state, so that then they are all created again, next to the old ones (blue-green).
 * See docs/decisions/010-blue-green.md.
 */
export class Deployment extends Construct implements BlueGreen {
  readonly deployment: string;
  readonly generation: string;
  readonly after: readonly [Resource];
  private readonly completionMarker: Container;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: DeploymentProps,
  ) {
    super(scope, id);
    const { connection, after, preflight } = props;
    this.completionMarker = this.createCompletionMarker([preflight, ...after]);
    this.generation = this.completionMarker.id;

    const begin = new HostScript(this, "deployment-begin", {
      connection,
      script: template("shared/untrusted.sh") + template("rollout/begin.sh"),
      environment: {
        LOCK: DEPLOY_LOCK,
        FORMER_LOCK: FORMER_DEPLOY_LOCK,
        RESTORE_LOCK,
        FORMER_RESTORE_LOCK,
        RESTORE_JOURNAL: `${props.layout.status}/restore.journal`,
        TAKE_OVER_MINUTES: String(TAKE_OVER_MINUTES),
        MARK: this.completionMarker.id,
        MARK_PREFIX: Naming.container("deploying"),
        LABEL: Naming.label("generation"),
      },
      environmentAtRun: {
        DEPLOYMENT: expression("self.id"),
        RELEASE: expression("var.RELEASE"),
        // Terraform knows neither the login nor the name of the machine it runs on; these come close, on any system.
        OWNER: expression('basename(pathexpand("~"))'),
        WORKSTATION: expression('fileexists("/etc/hostname") ? trimspace(file("/etc/hostname")) : ""'),
        KNOWN: knownContainers(TerraformStack.of(this).node.id),
      },
      triggers: {
        preflight: preflight.id,
        images: Lazy.stringValue({ produce: () => this.imageIds() }),
        gateway: Lazy.stringValue({
          produce: () => createHash("sha256").update(props.gatewayConfiguration()).digest("hex").slice(0, 12),
        }),
      },
      after: [preflight, ...after],
      createBeforeDestroy: true,
    });

    this.deployment = begin.resource.id;
    this.after = [begin.resource];
  }

  /** Ends the deployment: after this it is complete. */
  endAfter(...last: readonly ITerraformDependable[]): void {
    new HostScript(this, "deployment-end", {
      connection: this.props.connection,
      script: template("rollout/end.sh"),
      environment: {
        LOCK: DEPLOY_LOCK,
        MARK: this.completionMarker.id,
        MARK_NAME: this.completionMarker.nameInput ?? "",
        SERVICE_UID: String(this.props.serviceUid ?? DEFAULT_SERVICE_UID),
        SERVICE_FOLDERS: serviceFolders(this.props.layout, this.props.services).join(" "),
      },
      triggers: { deployment: this.deployment },
      after: last,
    });
  }

  private createCompletionMarker(after: readonly ITerraformDependable[]): Container {
    const marker = new Container(this, "mark", {
      name: Naming.container("deployed"),
      // Any image does, as nothing of it ever runs; another one is no reason to create all containers again.
      image: expression("docker_image.nginx.image_id"),
      start: false,
      mustRun: false,
      restart: "no",
      networkMode: "none",
      readOnly: true,
      capabilities: { add: [], drop: ["ALL"] },
      securityOpts: ["no-new-privileges:true"],
      dependsOn: [...after],
      lifecycle: { createBeforeDestroy: true, ignoreChanges: ["image"] },
    });
    marker.overrideLogicalId("deployed");
    return marker;
  }

  /** Ids of all images of the stack, also of those that are made after this. */
  private imageIds(): string {
    const all = TerraformStack.of(this)
      .node.findAll()
      .filter((one): one is Image => one instanceof Image);
    return all.map(({ imageId }) => imageId).join(" ");
  }
}

/**
 * Ids of all containers in Terraform's state, as it is when the script starts; nothing if it cannot be read because it is
 * kept elsewhere. Any other container on the host was made by a deployment that died before it had written that down.
 */
function knownContainers(stack: string): string {
  const state = `jsondecode(file("\${path.module}/${statePath(stack)}"))`;
  const ids = `[for one in ${state}.resources : one.instances[*].attributes.id if one.type == "docker_container"]`;
  return expression(`try(join(" ", flatten(${ids})), "")`);
}
