import type { Block } from "../protocol/schema";
import json from "./schema.json";

interface ProviderSchema {
  readonly provider: Block;
  readonly resources: Readonly<Record<ResourceType, Block & { readonly version: number }>>;
}

export type ResourceType = "docker_container" | "docker_image" | "docker_network" | "docker_volume";

/** Every field of kreuzwerker/docker 3.9.0, read off the real plugin. */
export const schema = json as unknown as ProviderSchema;
