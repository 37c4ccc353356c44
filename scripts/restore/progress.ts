import { readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ensurePrivateFile } from "../../constructs/private-files";
import { stateFile } from "../../constructs/state-path";
import type { Workspace } from "../../lib/terraform/workspace";
import type { LaterBackup } from "./later";

/** A restore that has begun. It lies next to cdktf.json until the system is back, so that a second run goes on. */
export interface Progress {
  /** The machine on which it has begun. */
  readonly machine: string;
  readonly address: string;
  /** Name of the backup. */
  readonly set: string;
  /** Folder of the backup on this machine. @default the backup comes from the offsite copies */
  readonly from?: string;
  /** Backups that are restored after it, since they are newer. */
  readonly later: readonly LaterBackup[];
  readonly began: string;
  /** State files that are retired, and their new names. */
  readonly aside: readonly (readonly [file: string, name: string])[];
}

const fileOf = ({ directory, stack }: Workspace): string => join(directory, `.restore.${stack}.json`);

export async function readProgress(workspace: Workspace): Promise<Progress | undefined> {
  const text = await readFile(fileOf(workspace), "utf8").catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as Progress);
}

export async function writeProgress(workspace: Workspace, progress: Progress): Promise<void> {
  const file = fileOf(workspace);
  await writeFile(`${file}.new`, `${JSON.stringify(progress, undefined, 2)}\n`, { mode: 0o600, flush: true });
  await rename(`${file}.new`, file);
}

export const endProgress = (workspace: Workspace): Promise<void> => rm(fileOf(workspace), { force: true });

/** Files of Terraform's state that describe the lost host, and their new names. Empty ones describe nothing. */
export async function stateOfLostHost(
  { directory }: Workspace,
  stacks: readonly string[],
  now: Date,
): Promise<Progress["aside"]> {
  const stamp = now.toISOString().replace(/[-:]|\.\d+/g, "");
  const names = stacks.flatMap((stack) => [stateFile(stack), `${stateFile(stack)}.backup`]);
  const sizes = await Promise.all(
    names.map(async (name) => (await stat(join(directory, name)).catch(() => undefined))?.size),
  );
  return names.filter((_, index) => sizes[index]).map((name) => [name, `${name}.lost-${stamp}`] as const);
}

/** Gives the state files their new names; a file that has its new name keeps it, whatever was written under the old one since. */
export async function retireState({ directory }: Workspace, retired: Progress["aside"]): Promise<void> {
  for (const [file, name] of retired) {
    const done = await stat(join(directory, name)).then(
      () => true,
      () => false,
    );
    if (!done) await rename(join(directory, file), join(directory, name));
    // Terraform makes a new state readable for everybody; it keeps the mode of one that is there.
    ensurePrivateFile(join(directory, file));
  }
}
