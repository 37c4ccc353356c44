import type { Resource } from "@cdktf/provider-null/lib/resource";
import { type ITerraformDependable, TerraformVariable, VariableType } from "cdktf";
import { Construct } from "constructs";
import type { ApplicationVariables } from "../configuration/application-variables";
import { expression } from "../configuration/expression";
import { singleLine } from "../configuration/variable-rules";
import type { HostConnection } from "../host/host-connection";
import type { HostLayout } from "../host/host-layout";
import { HostScript } from "../host/host-script";
import { Naming, SERVICE_NAMES } from "../naming";
import { template } from "../templates";
import { DEPLOY_LOCK } from "./deployment";
import type { ImageCatalog } from "./image-catalog";

export interface ReleaseRecordProps {
  readonly connection: HostConnection;
  readonly layout: HostLayout;
  readonly variables: ApplicationVariables;
  readonly images: ImageCatalog;
  /** Releases that are kept, with their images. @default 5 */
  readonly keep?: number;
  /** What makes a deploy another one, beside its stack: what has been verified. */
  readonly verified: Resource;
  /** What must have happened first. @default only the verification */
  readonly after?: readonly ITerraformDependable[];
}

/** The stack as Terraform reads it, in the folder in which Terraform runs. */
const STACK_FILE = "${path.module}/cdk.tf.json";

/** Releases that are kept where nobody says another number. */
export const KEPT_RELEASES = 5;

/**
 * Writes down on the host what has been deployed: release.json (time, who, images by digest, migration, checks) and
 * stack.json, the stack as it was deployed, which a rollback applies again. The stack holds no secret: secrets are variables.
 */
export class ReleaseRecord extends Construct {
  readonly resource: Resource;

  constructor(scope: Construct, id: string, props: ReleaseRecordProps) {
    super(scope, id);
    const { connection, layout, variables, images, verified, keep = KEPT_RELEASES } = props;
    new TerraformVariable(this, "DEPLOYED_BY", {
      type: VariableType.STRING,
      nullable: false,
      default: "",
      description: "Who deploys, for the record of the release. Empty: the login on the VM.",
      validation: [singleLine("DEPLOYED_BY")],
    }).overrideLogicalId("DEPLOYED_BY");

    const references = SERVICE_NAMES.map((service) => `"${service}=${images.of(service).reference}"`);
    this.resource = new HostScript(this, "release-record", {
      connection,
      folder: layout.part("release-record"),
      copies: { [`${layout.part("release-record")}/stack.json`]: STACK_FILE },
      script: template("release/record.sh"),
      environment: {
        RELEASES: layout.releases,
        STACK: `${layout.part("release-record")}/stack.json`,
        RELEASE: variables.release.stringValue,
        IMAGES: expression(`join(" ", [${references.join(", ")}])`),
        CHECKS: `${layout.deploy("verify")}/last.json`,
        LABEL: Naming.label("service"),
        MIGRATION: Naming.container("migration"),
        KEEP: String(keep),
      },
      environmentAtRun: { DEPLOYED_BY: expression("var.DEPLOYED_BY"), DEPLOY_LOCK, RESULT: "good" },
      triggers: {
        stack: expression(`filesha256("${STACK_FILE}")`),
        verified: verified.id,
      },
      after: props.after,
    }).resource;
  }
}
