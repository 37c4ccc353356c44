import { clearDirectory } from "./deployment/working-directory";
import { stopUnusedEngine } from "./engine";
import { hostNames, removeHost } from "./host/host";
import { removeImages } from "./images/images";
import { checkName } from "./host/names";
import { readRecord } from "./record";

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
  const last = (await hostNames()).length === 0;
  const images = last && !keepImages ? await removeImages() : 0;
  return { removed, images, engineStopped: last ? await stopUnusedEngine() : false };
}
