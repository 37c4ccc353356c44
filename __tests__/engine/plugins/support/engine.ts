import { randomBytes } from "node:crypto";
import type { ContainerInspectInfo } from "dockerode";
import { run } from "../../../../lib/run";

/** A name that nothing else has: `plugin-test-web-1f2e3d4c`. */
export function uniqueName(what: string): string {
  return `plugin-test-${what}-${randomBytes(4).toString("hex")}`;
}

/** What a command of Docker's own client prints. */
export async function docker(...argv: string[]): Promise<string> {
  return (await run(["docker", ...argv])).stdout.trim();
}

export async function inspect(container: string): Promise<ContainerInspectInfo> {
  const [found] = JSON.parse(await docker("container", "inspect", container)) as ContainerInspectInfo[];
  if (!found) throw new Error(`no container ${container}`);
  return found;
}

/** Whether the engine has a container, image, network or volume of that name. */
export async function exists(
  kind: "container" | "image" | "network" | "volume",
  name: string,
): Promise<boolean> {
  const { code } = await run(["docker", kind, "inspect", name], { allowFailure: true });
  return code === 0;
}

/** Removes what is left of a failed test; what is not there is no error. */
export async function removeQuietly(
  kind: "container" | "image" | "network" | "volume",
  name: string,
): Promise<void> {
  const force = kind === "network" ? [] : ["--force"];
  await run(["docker", kind, "rm", ...force, name], { allowFailure: true });
}
