/** What the gateway sends to one service. */
export interface ServiceRoutes {
  /** The port inside the service's container. */
  readonly port: number;
  /** Each with everything below it. */
  readonly prefixes: readonly string[];
}

/** The routing table of the deployment document, chapter 6.1, keyed by service. `web` gets whatever is left. */
export const seedRoutes = {
  "user-service": { port: 3001, prefixes: ["/api/auth", "/api/users"] },
  "work-order-service": {
    port: 3002,
    prefixes: ["/api/work-orders", "/api/assignment-rules", "/api/notifications"],
  },
  "asset-service": { port: 3003, prefixes: ["/api/assets"] },
  web: { port: 3000, prefixes: ["/"] },
} as const satisfies Record<string, ServiceRoutes>;
