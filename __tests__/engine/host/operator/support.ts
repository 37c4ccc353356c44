import { temporaryFolder } from "../../../support/temporary-folder";
import { OperatedSystem } from "../operated-system";

export interface Service {
  readonly service: string;
  readonly state: string;
  readonly health: string;
  readonly healthy?: boolean;
  readonly message?: string;
  readonly body?: unknown;
}
export interface Problem {
  readonly what: string;
  readonly expected: string;
  readonly remedy: string;
}
export interface Status {
  readonly well: boolean;
  readonly problems: readonly Problem[];
  readonly deploy: unknown;
  readonly maintenance: { readonly on: boolean; readonly text: string };
  readonly services: readonly Service[];
  readonly schedules: readonly { readonly job: string }[];
  readonly alerts: readonly { readonly source: string }[];
}
export interface Safety {
  readonly safe: boolean;
  readonly findings: readonly (Problem & { readonly severity: string; readonly check: string })[];
}

/** The system that the tests of all words share: see operator.test.ts. */
export let system: OperatedSystem;

export async function start(): Promise<void> {
  system = await OperatedSystem.start(temporaryFolder());
}

export const SERVICES = ["postgres", "redis", "user-service", "web", "nginx"];

/** Runs something while a service answers that it is sick. */
export async function whileSick(service: string, test: () => Promise<void>): Promise<void> {
  await system.docker("exec", system.container(service), "touch", "/tmp/sick");
  try {
    await test();
  } finally {
    await system.docker("exec", "--user", "0", system.container(service), "rm", "-f", "/tmp/sick");
    await system.healthy(service);
  }
}
