import { buildTrialImage } from "../../../rehearsal/traffic/trial-image";
import { rehearsal, variables } from "./rehearsal";

/** The references that the rehearsal deploys, by service. */
export const rehearsalImages = (): Record<string, string> =>
  variables().IMAGES as unknown as Record<string, string>;

/**
 * An image of a service with something changed, on the host.
 * @param lines of a Dockerfile, after its FROM
 */
export const trialImage = (service: string, lines: readonly string[]): Promise<string> =>
  buildTrialImage(rehearsal(), service, rehearsalImages()[service] ?? "", lines);

/** A CMD that runs a program in place of the service. */
export const instead = (program: string): string => `CMD ${JSON.stringify(["node", "-e", program])}`;
