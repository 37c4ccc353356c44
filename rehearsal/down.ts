import { rm, rmdir } from "node:fs/promises";
import { join } from "node:path";
import { clearDirectory } from "./deployment/working-directory";
import { stopUnusedEngine } from "../lib/engine";
import { hostNames, removeHost } from "./host/host";
import { removePrepared } from "./host/prepared-images";
import { removeImages } from "../lib/images/images";
import { checkName } from "./host/names";
import { stateFolder } from "../lib/paths";
import { readRecord, recordedNames } from "./record";

export interface DownResult {
  /** Whether there was such a rehearsal. */
  readonly removed: boolean;
  readonly images: number;
  readonly engineStopped: boolean;
}

/** Removes all that a rehearsal made, and nothing else. The images go with the last rehearsal on the engine. */
export async function down(name: string, keepImages: boolean): Promise<DownResult> {
  checkName(name);
  const record = await readRecord(name);
  const removed = await removeHost(name);
  if (record) await clearDirectory(record.directory);
  if ((await recordedNames()).length === 0) await clearStateFolder();
  const last = (await hostNames()).length === 0;
  const images = last && !keepImages ? await removeImages() : 0;
  if (last && !keepImages) await removePrepared();
  return { removed, images, engineStopped: last ? await stopUnusedEngine() : false };
}

/** What rehearsals share, when this clone has none left. The record of an engine that a rehearsal started stays as long as it runs. */
async function clearStateFolder(): Promise<void> {
  await rm(join(stateFolder, "plugins"), { recursive: true, force: true });
  for (const folder of [join(stateFolder, "locks"), stateFolder]) await rmdir(folder).catch(() => undefined);
}
