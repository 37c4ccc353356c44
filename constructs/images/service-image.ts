import { Image } from "@cdktf/provider-docker/lib/image";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { expression } from "../configuration/expression";
import { Naming } from "../naming";
import type { BuildSource } from "./build-source";
import { ImageBuild, type ImageTemplate } from "./image-build";

export interface ServiceImageProps {
  readonly service: string;
  /** A reference, which may hold `${var.…}`, or what the image is built from. The variable IMAGES wins over both. */
  readonly source: string | BuildSource;
  /** Template of a Dockerfile for it. @default no template: a source to build from names a Dockerfile of its own */
  readonly template?: ImageTemplate;
  /** Whether the variable IMAGES may name another. @default true */
  readonly overridable?: boolean;
  /** User and group id of the program in an image that is built by a template. @default 1001 */
  readonly uid?: number;
  /** What must be there first. @default nothing */
  readonly after?: readonly ITerraformDependable[];
}

/**
 * An image on the host: found there by its reference, pulled, or built there. Containers use its id, so that a new image
 * under an old tag replaces them. Images stay on the host when they are no longer used: a rollback needs them.
 */
export class ServiceImage extends Construct {
  /** Content id of the image (`sha256:…`). */
  readonly imageId: string;
  /** The reference, as a Terraform expression. */
  readonly reference: string;
  /** What others depend on: it exists once the image is on the host. */
  readonly resource: Image;
  /**
   * What the host must have or be able to pull, in Terraform's language: the image itself, or what it is built from; ""
   * where that is not known.
   */
  readonly needed: string;
  /** What is built, in Terraform's language. @default nothing is */
  readonly built?: string;

  constructor(scope: Construct, id: string, props: ServiceImageProps) {
    super(scope, id);
    const { service, source, template, overridable = true, uid } = props;
    const build =
      typeof source === "string"
        ? undefined
        : new ImageBuild(this, "build", { service, source, template, uid });
    const unlessNamed = (otherwise: string) =>
      overridable ? `lookup(var.IMAGES, "${service}", ${otherwise})` : otherwise;

    const reference = unlessNamed(build?.reference ?? `"${source as string}"`);
    this.reference = expression(reference);
    this.built = build && reference;
    this.needed = build ? unlessNamed(`"${build.base ?? ""}"`) : reference;
    this.resource = new Image(this, "image", {
      name: this.reference,
      keepLocally: true,
      // The other way round, an image that cannot be had would leave none in the state: the next plan, also that of the
      // release before, would not know which image its containers have, and replace them.
      lifecycle: { createBeforeDestroy: true },
      dependsOn: [...(props.after ?? [])],
    });
    this.resource.overrideLogicalId(Naming.terraformId(service));
    if (build) buildUnlessNamed(this.resource, service, build, overridable);
    this.imageId = this.resource.imageId;
  }
}

/** An image that the variable IMAGES names belongs to a rollback or to a release of a registry: it is found or pulled, never built. */
function buildUnlessNamed(image: Image, service: string, { block }: ImageBuild, overridable: boolean): void {
  image.addOverride("dynamic.build", {
    for_each: overridable
      ? expression(`contains(keys(var.IMAGES), "${service}") ? [] : ["build"]`)
      : ["build"],
    content: {
      context: block.context,
      dockerfile: block.dockerfile,
      ...(block.target && { target: block.target }),
      build_args: block.buildArgs,
      remove: block.remove,
      force_remove: block.forceRemove,
    },
  });
}
