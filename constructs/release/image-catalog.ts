import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { Naming, SERVICE_NAMES, type ServiceName } from "../naming";
import { ServiceImage } from "./service-image";

/** Alpine variants of the official images (the seed, 10.3: "Alpine Linux as the base image"). */
const OFFICIAL: Partial<Record<ServiceName, string>> = {
  postgres: "postgres:17-alpine",
  redis: "redis:8-alpine",
  nginx: "nginx:1.28-alpine",
};

export interface ImageCatalogProps {
  /**
   * References by service.
   * @default the official images for the data tier and the gateway; for the team's own services
   * `emaintenance/<service>` with the release as the tag
   */
  readonly references?: Partial<Record<ServiceName, string>>;
  /** What must be there before an image is looked for. @default nothing */
  readonly after?: readonly ITerraformDependable[];
}

/** The images of all services. The variable IMAGES overrides any of them at deploy time. */
export class ImageCatalog extends Construct {
  private readonly images: ReadonlyMap<ServiceName, ServiceImage>;

  constructor(scope: Construct, id: string, props: ImageCatalogProps = {}) {
    super(scope, id);
    this.images = new Map(
      SERVICE_NAMES.map((service) => [
        service,
        new ServiceImage(this, service, {
          service,
          defaultReference: props.references?.[service] ?? ImageCatalog.defaultReference(service),
          after: props.after,
        }),
      ]),
    );
  }

  /** The reference used when nobody names another. */
  static defaultReference(service: ServiceName): string {
    return OFFICIAL[service] ?? `${Naming.image(service)}:\${var.RELEASE}`;
  }

  /** The image of a service. */
  of(service: ServiceName): ServiceImage {
    // The map is filled from the same closed list that the parameter's type is made of.
    return this.images.get(service)!;
  }
}
