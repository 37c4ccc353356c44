import { createHash } from "node:crypto";
import { onHost, variables } from "./rehearsal";

/** The references that the rehearsal deploys, by service. */
export const rehearsalImages = (): Record<string, string> =>
  variables().IMAGES as unknown as Record<string, string>;

/**
 * An image of a service with something changed, built on the host from what is there.
 * @param lines of a Dockerfile, after its FROM
 */
export async function trialImage(service: string, lines: readonly string[]): Promise<string> {
  const dockerfile = [`FROM ${rehearsalImages()[service]}`, ...lines, ""].join("\n");
  const key = createHash("sha256").update(dockerfile).digest("hex").slice(0, 12);
  const reference = `emaintenance-trial/${service}:${key}`;
  await onHost(`docker build --quiet --tag ${reference} -`, { input: dockerfile });
  return reference;
}

/** A CMD that runs a program in place of the service. */
export const instead = (program: string): string => `CMD ${JSON.stringify(["node", "-e", program])}`;
