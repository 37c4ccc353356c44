import type { TierContainer } from "./tier-container";

/** Words ID=COUNT for templates/shared/process-limit.sh: containers, and the processes that each of them may have. */
export const processLimits = (containers: readonly TierContainer[]): string =>
  containers.map(({ resource, pidsLimit }) => `${resource.id}=${pidsLimit}`).join(" ");
