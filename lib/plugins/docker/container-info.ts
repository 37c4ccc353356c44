import type { ContainerInspectInfo } from "dockerode";

/** The engine's description of a container; @types/dockerode leaves some fields out. */
export type ContainerInfo = ContainerInspectInfo & {
  readonly Config: { readonly StopSignal?: string; readonly StopTimeout?: number };
  readonly NetworkSettings: { readonly Bridge?: string };
};
