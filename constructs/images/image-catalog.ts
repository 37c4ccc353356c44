import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { unknownImage } from "../errors";
import { Naming, SERVICE_NAMES, type ServiceName } from "../naming";
import type { BuildSource } from "./build-source";
import { imageReference } from "./image-reference";
import { OFFICIAL_IMAGES } from "./official-images";
import { ServiceImage } from "./service-image";

const OFFICIAL: Partial<Record<ServiceName, string>> = {
  postgres: OFFICIAL_IMAGES.postgres,
  redis: OFFICIAL_IMAGES.redis,
  nginx: OFFICIAL_IMAGES.nginx,
};

/** A reference (`name:tag`, `name@sha256:…`), or what the image is built from on the host. */
export type ImageSource = string | BuildSource;

export interface ImageCatalogProps {
  /**
   * Images by service.
   * @default the official images for the data tier and the gateway; for the team's own services
   * `emaintenance/<service>` with the release as the tag
   */
  readonly sources?: Partial<Record<ServiceName, ImageSource>>;
  /** Origin of the gateway, which a web image has built in as NEXT_PUBLIC_API_URL. @default the build argument is not set */
  readonly publicUrl?: string;
  /** Whether the variable IMAGES may name others. @default true */
  readonly overridable?: boolean;
  /** User and group id of the programs in the images that are built by a template. @default 1001 */
  readonly uid?: number;
  /** What must be there before an image is looked for. @default nothing */
  readonly after?: readonly ITerraformDependable[];
}

/** The images of all services. The variable IMAGES overrides any of them at deploy time. */
export class ImageCatalog extends Construct {
  private readonly images: ReadonlyMap<ServiceName, ServiceImage>;

  /** @throws ConfigurationError where a reference is none, or a source cannot be built */
  constructor(scope: Construct, id: string, props: ImageCatalogProps = {}) {
    super(scope, id);
    const { sources = {}, publicUrl, overridable, uid, after } = props;
    const unknown = Object.keys(sources).find((name) => !(SERVICE_NAMES as readonly string[]).includes(name));
    if (unknown !== undefined) throw unknownImage(unknown, SERVICE_NAMES);
    this.images = new Map(
      SERVICE_NAMES.map((service) => {
        const source = sourceOf(service, sources[service], publicUrl);
        return [service, new ServiceImage(this, service, { service, source, overridable, uid, after })];
      }),
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

  /** What a container depends on that must not be replaced before all images of the release are there. */
  get complete(): readonly ITerraformDependable[] {
    return [...this.images.values()]
      .filter(({ built }) => built !== undefined)
      .map(({ resource }) => resource);
  }
}

function sourceOf(
  service: ServiceName,
  source: ImageSource | undefined,
  publicUrl: string | undefined,
): ImageSource {
  if (source === undefined) return ImageCatalog.defaultReference(service);
  if (typeof source === "string") return imageReference(service, source);
  if (service !== "web" || publicUrl === undefined) return source;
  return { ...source, args: { NEXT_PUBLIC_API_URL: publicUrl, ...source.args } };
}
