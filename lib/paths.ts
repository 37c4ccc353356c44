import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";

/** The repository's root folder. */
export const repository = resolve(__dirname, "..");

/** Where rehearsals keep what belongs to this clone: keys, logs, locks. Git ignores it. */
export const stateFolder = join(repository, ".rehearsal");

/** Makes a folder that only its owner may enter, and returns its path. */
export async function privateFolder(...segments: string[]): Promise<string> {
  const folder = join(stateFolder, ...segments);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return folder;
}

/** Receives a sentence about what is going on, for a person to follow. */
export type Say = (sentence: string) => void;

/** For callers who do not show progress. */
export const saySilently: Say = () => undefined;
