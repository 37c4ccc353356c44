import { createHash } from "node:crypto";
import { hostShell, type RehearsalStatus } from "../client";

/**
 * An image with something changed, built on the host from one that is there.
 * @param service its name in the reference
 * @param base the image that it is made from
 * @param lines of a Dockerfile, after its FROM
 * @returns its reference, the same for the same lines
 */
export async function buildTrialImage(
  host: RehearsalStatus,
  service: string,
  base: string,
  lines: readonly string[],
): Promise<string> {
  const dockerfile = [`FROM ${base}`, ...lines, ""].join("\n");
  const key = createHash("sha256").update(dockerfile).digest("hex").slice(0, 12);
  const reference = `emaintenance-trial/${service}:${key}`;
  await hostShell(host, `docker build --quiet --tag ${reference} -`, { input: dockerfile });
  return reference;
}
