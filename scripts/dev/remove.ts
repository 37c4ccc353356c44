import { rm } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline/promises";
import { KEPT_FOLDER } from "../../constructs/local/kept-files";
import { LOCAL_FOLDER } from "../../constructs/local/local-files";
import { readMachineSettings } from "../../constructs/local/local-settings";
import { choosePlugins, placePlugins } from "../../lib/terraform/provider-plugins";
import { stackFolder } from "../../lib/terraform/stack-folder";
import { Terraform } from "../../lib/terraform/terraform";
import { Workspace } from "../../lib/terraform/workspace";
import { repository } from "../../lib/paths";
import { run } from "../../lib/run";
import { listContainers, removeContainers } from "./containers";
import { findEngine } from "./engine";
import type { Options } from "./options";
import { seedMarker } from "./seed";
import { synthesisedSystem, type System } from "./system";
import { STACK, workingDirectory } from "./working-directory";

/** In the names of volumes that hold what can be made again from the source. */
const DERIVED = "-source-";

/** Stops and removes the containers; the data stay. */
export async function stop({ name }: Options): Promise<void> {
  const { system } = await find(name);
  const count = await removeAll(system);
  process.stdout.write(
    count === 0 ? "nothing runs\n" : `${count} containers stopped and removed; the data are still there\n`,
  );
}

/**
 * Empties the data, after a question.
 * @returns whether the answer was yes
 */
export async function reset({ name, yes }: Options): Promise<boolean> {
  const { directory, system } = await find(name);
  const volumes = await existing(system.volumes.filter((volume) => !volume.includes(DERIVED)));
  if (!(await agreed(`Empty the data (${volumes.join(", ") || "there are none"})?`, yes))) return false;
  await removeAll(system);
  if (volumes.length > 0) await run(["docker", "volume", "rm", ...volumes]);
  await rm(seedMarker(directory), { force: true });
  return true;
}

/** The options of the last start, so that the same system starts again. */
export async function lastOptions(options: Options): Promise<Options> {
  const last = readMachineSettings(await workingDirectory(options.name));
  const { sourceOption: source, only, onHost, portOffset, polling: poll } = last;
  return { ...options, source, only, onHost, portOffset, poll };
}

/** Removes containers, network and volumes, after a question about the data. */
export async function destroy({ name, yes }: Options): Promise<void> {
  const { directory, system } = await find(name);
  const volumes = await existing(system.volumes);
  const question = `Remove the containers, the network and all data (${volumes.join(", ") || "there are none"})?`;
  if (!(await agreed(question, yes))) return;
  const plugins = await choosePlugins();
  await placePlugins(plugins, stackFolder(directory, STACK));
  const workspace = Workspace.containing(directory, STACK);
  const terraform = new Terraform(workspace, () => undefined, { plugins });
  await terraform.init();
  await terraform.destroy(workspace.valueFiles);
  await rm(seedMarker(directory), { force: true });
  await rm(join(directory, LOCAL_FOLDER, KEPT_FOLDER), { recursive: true, force: true });
  // A system with a name has a folder of its own, in which nothing else is.
  if (name !== undefined) await rm(join(repository, LOCAL_FOLDER, name), { recursive: true, force: true });
  process.stdout.write("removed\n");
}

async function find(name: string | undefined): Promise<{ directory: string; system: System }> {
  await findEngine();
  const directory = await workingDirectory(name);
  return { directory, system: await synthesisedSystem(directory) };
}

async function removeAll(system: System): Promise<number> {
  const containers = (await listContainers()).filter(({ name }) => system.services.has(name));
  await removeContainers(containers);
  return containers.length;
}

async function existing(volumes: readonly string[]): Promise<string[]> {
  const { stdout } = await run(["docker", "volume", "ls", "--format", "{{.Name}}"]);
  const all = new Set(stdout.split("\n"));
  return volumes.filter((volume) => all.has(volume));
}

async function agreed(question: string, yes: boolean): Promise<boolean> {
  if (yes) return true;
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    const answer = await new Promise<string>((resolve) => {
      // An input that ends is no yes.
      terminal.once("close", () => resolve(""));
      void terminal.question(`${question} [y/N] `).then(resolve, () => resolve(""));
    });
    const agrees = /^y(es)?$/i.test(answer.trim());
    if (!agrees) process.stdout.write("nothing was changed\n");
    return agrees;
  } finally {
    terminal.close();
  }
}
