import type { LocalSettings } from "../../constructs/local/local-settings";
import { ImageCatalog } from "../../constructs/images/image-catalog";
import { ensureEngine } from "../../lib/engine";
import { imageExists } from "../../lib/images/build";
import { ensureBaseImages, imageOrigin } from "../../lib/images/images";
import type { Say } from "../../lib/paths";

type Images = LocalSettings["images"];

/**
 * The images of the system: nothing if the usual ones can be pulled, which Terraform then does; else those that are built from
 * Debian's packages, as for a rehearsal. What the last start used is used again while it is there, without asking a registry.
 */
export async function chooseImages(last: Images, say: Say): Promise<Images> {
  const references = Object.values(last);
  // A version before named an image for each service, and none for those that a team adds.
  if (last.node !== undefined && (await allExist(references))) return last;
  if (references.length === 0 && (await allExist(usualImages()))) return {};
  if ((await imageOrigin()) === "official") return {};
  say("no image registry can be reached: the images are made from Debian's packages");
  await ensureEngine(say);
  const { postgres, redis, nginx, node } = await ensureBaseImages(say);
  return { postgres, redis, nginx, node };
}

function usualImages(): string[] {
  return (["postgres", "redis", "nginx"] as const).map((service) => ImageCatalog.defaultReference(service));
}

async function allExist(references: readonly string[]): Promise<boolean> {
  return (await Promise.all([...new Set(references)].map(imageExists))).every(Boolean);
}
