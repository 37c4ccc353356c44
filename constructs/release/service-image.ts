import { Image } from "@cdktf/provider-docker/lib/image";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { expression } from "../configuration/expression";
import { Naming, type ServiceName } from "../naming";

export interface ServiceImageProps {
  readonly service: ServiceName;
  /** Reference used when the variable IMAGES does not name the service; may hold `${var.…}`. */
  readonly defaultReference: string;
  /** What must be there first. @default nothing */
  readonly after?: readonly ITerraformDependable[];
}

/**
 * An image on the host: found there by its reference, or pulled. Containers use its id, so that a new image under an
 * old tag replaces them. Images stay on the host when they are no longer used: the way back needs them.
 */
export class ServiceImage extends Construct {
  /** Content id of the image (`sha256:…`). */
  readonly imageId: string;
  /** The reference, as a Terraform expression. */
  readonly reference: string;

  constructor(scope: Construct, id: string, props: ServiceImageProps) {
    super(scope, id);
    this.reference = expression(`lookup(var.IMAGES, "${props.service}", "${props.defaultReference}")`);
    const image = new Image(this, "image", {
      name: this.reference,
      keepLocally: true,
      dependsOn: [...(props.after ?? [])],
    });
    image.overrideLogicalId(Naming.terraformId(props.service));
    this.imageId = image.imageId;
  }
}
