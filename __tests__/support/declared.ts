import type { ImageTemplate } from "../../constructs/images/image-build";
import { ServiceCatalogue } from "../../constructs/services/service-catalogue";
import type { ServiceDeclaration } from "../../constructs/services/service-declaration";

/** What is declared of a service of the deployment document. */
export function declared(name: string): ServiceDeclaration {
  const service = ServiceCatalogue.builtIn.find(name);
  if (service === undefined) throw new Error(`no service ${name} is built in`);
  return service;
}

/** Kind of template that its image has. */
export function templateOf(name: string): ImageTemplate | undefined {
  const { image } = declared(name);
  return image === "official" ? undefined : image;
}
