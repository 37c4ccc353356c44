import { existsSync } from "node:fs";
import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { stateFile } from "../../constructs/state-path";
import { PIN_FILE } from "../../lib/terraform/pin-file";
import { privateFolder, repository, stateFolder } from "../../lib/paths";
import { placeSettings, stackFolder } from "../../lib/terraform/stack-folder";
import { DEFAULT_NAME } from "../host/names";

/** The stack that a rehearsal deploys. */
export const STACK = "prod";

/** The stack that equips a bare host for it. */
export const BOOTSTRAP_STACK = "bootstrap";

/** The stacks that can be deployed to a rehearsal's host. */
export const STACKS = [BOOTSTRAP_STACK, STACK];

/** The deploy-time values of a rehearsal; Terraform reads it from the working directory by itself. */
export const VARIABLES_FILE = "rehearsal.auto.tfvars.json";

const STATE_FILES = STACKS.flatMap((stack) => [stateFile(stack), `${stateFile(stack)}.backup`]);

/**
 * The folder in which `npx cdktf` deploys a rehearsal: the repository itself for the default one, so that
 * `npx cdktf diff prod` works there, unless the operator's own values or state are there already.
 */
export async function chooseDirectory(name: string): Promise<string> {
  if (name === DEFAULT_NAME && !(await holdsForeignDeployment(repository))) return repository;
  const directory = await privateFolder(name);
  await placeSettings(directory);
  return directory;
}

/** Whether a folder has values or state of a deployment that is not a rehearsal's. */
export async function holdsForeignDeployment(directory: string): Promise<boolean> {
  const names = await readdir(directory);
  const ofTerraform = (name: string) =>
    /^terraform\.tfvars(\.json)?$/.test(name) || /\.auto\.tfvars(\.json)?$/.test(name);
  if (names.some((name) => ofTerraform(name) && ![VARIABLES_FILE, PIN_FILE].includes(name))) return true;
  if (names.includes(VARIABLES_FILE)) return false;
  return hasResources(join(directory, stateFile(STACK)));
}

/** Forgets what an earlier host of this rehearsal had: its state describes nothing that exists, its secrets open nothing. */
export async function forgetDeployment(directory: string): Promise<void> {
  for (const name of [...STATE_FILES, VARIABLES_FILE, PIN_FILE])
    await rm(join(directory, name), { force: true });
}

/** Removes all that a rehearsal made in its working directory, and nothing else. */
export async function clearDirectory(directory: string): Promise<void> {
  // The operator may have put other values there since; then the state is a rehearsal's only if its values are there.
  if (directory === repository && !existsSync(join(directory, VARIABLES_FILE))) return;
  await forgetDeployment(directory);
  for (const stack of STACKS) await rm(stackFolder(directory, stack), { recursive: true, force: true });
  if (directory.startsWith(`${stateFolder}/`)) await rm(directory, { recursive: true, force: true });
}

async function hasResources(stateFile: string): Promise<boolean> {
  const text = await readFile(stateFile, "utf8").catch(() => "");
  if (text.trim() === "") return false;
  const { resources = [] } = JSON.parse(text) as { resources?: unknown[] };
  return resources.length > 0;
}
