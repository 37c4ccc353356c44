import type { ServiceDeclaration } from "./service-declaration";

/** A declaration without what most services have alike. */
type BuiltIn = Pick<ServiceDeclaration, "tier" | "image" | "port" | "localPort" | "leastMemoryMiB"> &
  Partial<Omit<ServiceDeclaration, "name" | "usesPostgres" | "usesRedis">>;

/** What the three API services of the deployment document have alike. */
const API = { tier: "api", image: "api", logs: true, leastMemoryMiB: 96 } as const;

/**
 * The services of the deployment document: ports are those of its chapter 6.2, routes those of 6.1, the order is the start
 * order of 2.2. Least memory is measured, with room to work: docs/measurements.md, "Memory at rest".
 */
const DECLARATIONS = {
  postgres: {
    tier: "data",
    image: "official",
    port: 5432,
    // 5432 may be taken by a PostgreSQL of the developer's own.
    localPort: 5433,
    leastMemoryMiB: 192,
  },
  redis: { tier: "data", image: "official", port: 6379, localPort: 6379, leastMemoryMiB: 64 },
  "user-service": {
    ...API,
    port: 3001,
    routes: ["/api/auth", "/api/users"],
    localPort: 3001,
    // Node.js's own default.
    debugPort: 9229,
    settings: "userService",
  },
  "work-order-service": {
    ...API,
    port: 3002,
    routes: ["/api/work-orders", "/api/assignment-rules", "/api/notifications"],
    needs: ["user-service"],
    uploadsFolder: "work-order-uploads",
    localPort: 3002,
    debugPort: 9230,
    settings: "workOrderService",
  },
  "asset-service": {
    ...API,
    port: 3003,
    routes: ["/api/assets"],
    needs: ["user-service"],
    uploadsFolder: "asset-uploads",
    localPort: 3003,
    debugPort: 9231,
    settings: "assetService",
  },
  web: {
    tier: "web",
    image: "web",
    port: 3000,
    deployFolder: "web-service",
    leastMemoryMiB: 192,
    localPort: 3000,
    debugPort: 9232,
    settings: "web",
  },
  nginx: {
    tier: "gateway",
    image: "official",
    port: 80,
    // Its own health asks nobody, so that it is restarted whatever else is wrong.
    healthAsksNobody: true,
    logs: true,
    leastMemoryMiB: 48,
    localPort: 3030,
  },
} as const satisfies Record<string, BuiltIn>;

export type BuiltInServiceName = keyof typeof DECLARATIONS;

/** Those that the team itself develops. */
export type BuiltInApplication = {
  [Name in BuiltInServiceName]: (typeof DECLARATIONS)[Name]["image"] extends "official" ? never : Name;
}[BuiltInServiceName];

/** The services that a new system has, in start order; what the web and the gateway need is added with the whole list. */
export const BUILT_IN_SERVICES: readonly ServiceDeclaration[] = Object.entries<BuiltIn>(DECLARATIONS).map(
  ([name, declaration]) => {
    const usesData = declaration.tier === "api";
    return {
      routes: [],
      healthAsksNobody: false,
      logs: false,
      deployFolder: declaration.tier === "data" ? undefined : name,
      ...declaration,
      name,
      usesPostgres: usesData,
      usesRedis: usesData,
      needs: [...(usesData ? ["postgres", "redis"] : []), ...(declaration.needs ?? [])],
    };
  },
);

/** The service whose image holds the migrations of the database. */
export const MIGRATING_SERVICE: BuiltInServiceName = "user-service";
