import type { EnsuredHost } from "./host";
import { hasEngine, leaveImages, loadImages } from "./load";
import { arePrepared, prepareFrom } from "./prepared-images";

/**
 * Brings images to a host, and what a new host with an engine got is kept for the hosts after it. A bare host finds them once
 * it has an engine.
 *
 * @returns what was done, as a title
 */
export async function bringImages(
  { name, created }: Pick<EnsuredHost, "name" | "created">,
  references: readonly string[],
): Promise<string> {
  if (!(await hasEngine(name))) {
    if (created && (await arePrepared(references))) return "Images are on the host, for its engine";
    const left = await leaveImages(name, references);
    return `${left.length} images brought to the host, for its engine to load when it first starts`;
  }
  const sent = await loadImages(name, references);
  if (created && !(await arePrepared(references))) await prepareFrom(name, references);
  return sent.length === 0 ? "Images are on the host" : `${sent.length} images brought to the host`;
}
