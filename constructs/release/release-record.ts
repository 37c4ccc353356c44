import type { Resource } from "@cdktf/provider-null/lib/resource";
import { type ITerraformDependable, TerraformVariable, VariableType } from "cdktf";
import { Construct } from "constructs";
import type { ApplicationVariables } from "../configuration/application-variables";
import { expression } from "../configuration/expression";
import { singleLine } from "../configuration/variable-rules";
import type { HostConnection } from "../ssh/host-connection";
import type { HostLayout } from "../ssh/host-layout";
import { HostScript } from "../ssh/host-script";
import { DEPLOY_LOCK, Naming } from "../naming";
import { STACK_FILE_PATTERN } from "../stack-files";
import { template } from "../templates";
import type { ImageCatalog } from "../images/image-catalog";

export interface ReleaseRecordProps {
  readonly connection: HostConnection;
  readonly layout: HostLayout;
  readonly variables: ApplicationVariables;
  readonly images: ImageCatalog;
  /** Releases that are kept, with their images. @default 5 */
  readonly keep?: number;
  /** What makes a deploy another one, in addition to its stack: what has been verified. */
  readonly verified: Resource;
  /** What must have happened first. @default only the verification */
  readonly after?: readonly ITerraformDependable[];
}

/** The stack as Terraform reads it, in the folder in which Terraform runs. */
const STACK_FILE = "${path.module}/cdk.tf.json";

/** The files next to it that it names, in Terraform's language: JSON, texts by path. */
const STACK_FILES =
  `jsonencode({ for name in toset(regexall("${STACK_FILE_PATTERN}", file("${STACK_FILE}"))) : ` +
  'name => file("${path.module}/${name}") })';

/** Releases that are kept by default. */
export const KEPT_RELEASES = 5;

/**
 * Writes down on the host what has been deployed: release.json (time, who, images by digest, migration, checks), and the stack
 * as it was deployed, which a rollback applies again: stack.json, and stack-files.json with the files next to it. Neither holds a
 * secret: secrets are variables.
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

    const references = images.services.map((service) => `"${service}=${images.of(service).reference}"`);
    const folder = layout.staging("release-record");
    const stack = `${folder}/stack.json`;
    const files = `${folder}/stack-files.json`;
    this.resource = new HostScript(this, "release-record", {
      connection,
      folder,
      contents: { [stack]: `file("${STACK_FILE}")`, [files]: STACK_FILES },
      script: template("release/record.sh"),
      environment: {
        RELEASES: layout.releases,
        STACK: stack,
        STACK_FILES: files,
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
