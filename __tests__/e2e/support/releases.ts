import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ServiceCatalogue } from "../../../constructs/services/service-catalogue";
import { ROOT } from "../../../rehearsal/client";
import { run, type RunResult } from "../../../lib/run";
import { PIN_FILE } from "../../../lib/terraform/pin-file";
import { deploy, inspectOnHost, onHost, rehearsal } from "./rehearsal";

const SECONDS = 900;

/** `npm run release`, `rollback`, `verify` or `maintenance`, in the rehearsal's folder, whatever its end. */
export async function releaseCommand(...words: string[]): Promise<RunResult> {
  return run(["node", join(ROOT, "scripts/release.mjs"), ...words], {
    cwd: rehearsal().directory,
    env: { INIT_CWD: rehearsal().directory },
    allowFailure: true,
    timeoutSeconds: SECONDS,
  });
}

/** Releases the stack with these images, and with the rehearsal's own for the other services. */
export async function release(name: string, images: Readonly<Record<string, string>>): Promise<RunResult> {
  const file = join(rehearsal().directory, "trial-images.json");
  writeFileSync(file, JSON.stringify(images));
  try {
    return await releaseCommand("release", "prod", "--yes", "--release", name, "--images", file);
  } finally {
    rmSync(file);
  }
}

export const rollback = (...words: string[]): Promise<RunResult> =>
  releaseCommand("rollback", "prod", "--yes", ...words);

/** Values of a plain deploy on top of the rehearsal's own. */
export const trialValues = (): string => join(rehearsal().directory, "trial-images.tfvars.json");

/** Brings the rehearsal's own images and name back. */
export async function endTrials(): Promise<void> {
  for (const file of [join(rehearsal().directory, PIN_FILE), trialValues()]) rmSync(file, { force: true });
  await deploy();
}

/** What the host has written down, the newest first. */
export async function releasesOnHost(): Promise<{ name: string; result: string; current: boolean }[]> {
  const { stdout } = await onHost("emaintenance releases --json");
  return JSON.parse(stdout) as { name: string; result: string; current: boolean }[];
}

/** Id and start of each container that serves: two equal answers mean the same containers, never started again. */
export async function servingContainers(): Promise<Record<string, string>> {
  const names = ServiceCatalogue.builtIn.names.map((service) => `emaintenance-${service}`);
  const found = await inspectOnHost<{ Id: string; State: { StartedAt: string } }>(...names);
  return Object.fromEntries(
    ServiceCatalogue.builtIn.names.map((service, i) => [
      service,
      `${found[i]?.Id} ${found[i]?.State.StartedAt}`,
    ]),
  );
}

/** Names of the project's containers that a system at rest does not have. */
export async function orphans(): Promise<string[]> {
  const { stdout } = await onHost("docker ps --all --format '{{.Names}}' --filter name=emaintenance");
  const known = new Set(
    [...ServiceCatalogue.builtIn.names, "migration", "deployed"].map((service) => `emaintenance-${service}`),
  );
  return stdout.split("\n").filter((name) => name !== "" && !known.has(name));
}
