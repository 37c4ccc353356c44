import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { unknownImage } from "../errors";
import { Naming } from "../naming";
import { ServiceCatalogue } from "../services/service-catalogue";
import type { ServiceDeclaration } from "../services/service-declaration";
import { type BuildSource, OF_OTHER_SERVICES } from "./build-source";
import { imageReference } from "./image-reference";
import { OFFICIAL_IMAGES } from "./official-images";
import { ServiceImage } from "./service-image";

/** A reference (`name:tag`, `name@sha256:…`), or what the image is built from on the host. */
export type ImageSource = string | BuildSource;

/** Where images come from, by service. */
export interface ImageSources {
  readonly [service: string]: ImageSource | undefined;
  /** For services of the team that are not named. @default none */
  readonly [OF_OTHER_SERVICES]?: (service: string) => BuildSource;
}

export interface ImageCatalogProps {
  /**
   * Images by service.
   * @default the official images for the data tier and the gateway; for the team's own services
   * `emaintenance/<service>` with the release as the tag
   */
  readonly sources?: ImageSources;
  /** Services that have an image each. @default those of the deployment document */
  readonly services?: ServiceCatalogue;
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
  private readonly images: ReadonlyMap<string, ServiceImage>;

  /** @throws ConfigurationError if a reference is invalid, or a source cannot be built */
  constructor(scope: Construct, id: string, props: ImageCatalogProps = {}) {
    super(scope, id);
    const { sources = {}, services = ServiceCatalogue.builtIn, publicUrl, overridable, uid, after } = props;
    const unknown = Object.keys(sources).find((name) => services.find(name) === undefined);
    if (unknown !== undefined) throw unknownImage(unknown, services.names);
    this.images = new Map(
      services.inStartOrder.map((declaration) => {
        const { name, image } = declaration;
        const source = sourceOf(declaration, sources, publicUrl);
        const template = image === "official" ? undefined : image;
        return [
          name,
          new ServiceImage(this, name, { service: name, source, template, overridable, uid, after }),
        ];
      }),
    );
  }

  /** The reference used when nobody names another. */
  static defaultReference(service: string): string {
    const official: Readonly<Record<string, string>> = OFFICIAL_IMAGES;
    return official[service] ?? `${Naming.image(service)}:\${var.RELEASE}`;
  }

  /** Names of the services that have an image, in start order. */
  get services(): readonly string[] {
    return [...this.images.keys()];
  }

  /**
   * The image of a service.
   *
   * @throws ConfigurationError if the system has no such service
   */
  of(service: string): ServiceImage {
    const image = this.images.get(service);
    if (image === undefined) throw unknownImage(service, this.services);
    return image;
  }

  /** What a container depends on that must not be replaced before all images of the release are there. */
  get complete(): readonly ITerraformDependable[] {
    return [...this.images.values()]
      .filter(({ built }) => built !== undefined)
      .map(({ resource }) => resource);
  }
}

function sourceOf(
  { name, image }: ServiceDeclaration,
  sources: ImageSources,
  publicUrl: string | undefined,
): ImageSource {
  const source = sources[name] ?? (image === "official" ? undefined : sources[OF_OTHER_SERVICES]?.(name));
  if (source === undefined) return ImageCatalog.defaultReference(name);
  if (typeof source === "string") return imageReference(name, source);
  if (image !== "web" || publicUrl === undefined) return source;
  return { ...source, args: { NEXT_PUBLIC_API_URL: publicUrl, ...source.args } };
}
