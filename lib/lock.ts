import { open, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { privateFolder, stateFolder } from "./paths";
import { identify, isAlive, type ProcessIdentity } from "./process";
import { waitFor } from "./run";

/** Under `.rehearsal/`. */
const FOLDER = "locks";

/** A first build of every image takes a few minutes; a process that waits longer waits in vain. */
const LIMIT_SECONDS = 1200;

/**
 * Runs `work` while no other process of this clone holds the same lock. A lock whose owner is dead is taken over.
 * @throws Error when the owner does not finish within 20 minutes
 */
export async function withLock<T>(name: string, work: () => Promise<T>): Promise<T> {
  const path = join(stateFolder, FOLDER, `${name}.lock`);
  const me = JSON.stringify(await identify(process.pid));
  await waitFor(`the release of ${path} by another run`, LIMIT_SECONDS, () => take(path, me));
  try {
    return await work();
  } finally {
    await rm(path, { force: true });
  }
}

async function take(path: string, me: string): Promise<boolean> {
  // Each time: the last rehearsal takes the folder with it.
  await privateFolder(FOLDER);
  try {
    const file = await open(path, "wx", 0o600);
    await file.writeFile(me);
    await file.close();
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return false;
    if (code !== "EEXIST") throw error;
    const owner = await readOwner(path);
    if (owner !== "unreadable" && !(await isAlive(owner))) await rm(path, { force: true });
    return false;
  }
}

async function readOwner(path: string): Promise<ProcessIdentity | "unreadable"> {
  try {
    return JSON.parse(await readFile(path, "utf8")) as ProcessIdentity;
  } catch {
    // Just made and not yet written, or just removed: the next look will tell.
    return "unreadable";
  }
}
