import { LocalStack, type LocalStackProps } from "../../constructs/local/local-stack";
import { ProductionStack, type ProductionStackProps } from "../../constructs/production/production-stack";
import { synthesise, type StackJson } from "./stack-json";
import { testApp } from "./test-stack";

/** The production stack with a team's settings. */
export function production(settings?: ProductionStackProps): StackJson {
  return synthesise(new ProductionStack(testApp(), "prod", settings));
}

/** The development stack with a team's settings. */
export function local(settings?: LocalStackProps): StackJson {
  return synthesise(new LocalStack(testApp(), "local", settings));
}

/** The services of the system, as the deployment document names them. */
export const SEVEN = [
  "postgres",
  "redis",
  "user-service",
  "work-order-service",
  "asset-service",
  "web",
  "nginx",
] as const;
