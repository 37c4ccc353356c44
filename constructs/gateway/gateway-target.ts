import type { TierContainer } from "../container/tier-container";

/** A service behind the gateway. */
export interface GatewayTarget {
  /** As the gateway's configuration names it, for example `user-service:3001`. */
  readonly upstream: string;
  readonly containers: readonly TierContainer[];
}
