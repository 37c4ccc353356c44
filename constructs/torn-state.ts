import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";

/** Milliseconds within which a Terraform that is at work has written its state: it empties the file first. */
const WRITTEN_MILLISECONDS = 2000;
const LOOK_MILLISECONDS = 100;

/**
 * Gives a state back what Terraform knew before it was killed in the middle of writing it: it empties its file before it
 * writes, and would take an empty one for a system that was never deployed. What it had saved at its beginning is in
 * `.backup`. If no Terraform has died while writing the state, an empty one is intended.
 *
 * @param file the state
 * @returns whether it was torn
 */
export function repairTornState(file: string): boolean {
  const lock = join(dirname(file), `.${basename(file)}.lock.info`);
  if (!existsSync(lock) || !existsSync(file)) return false;
  const saved = read(`${file}.backup`);
  if (!isWhole(saved)) return false;
  for (let waited = 0; waited <= WRITTEN_MILLISECONDS; waited += LOOK_MILLISECONDS) {
    if (isWhole(read(file))) return false;
    pause(LOOK_MILLISECONDS);
  }
  writeFileSync(file, saved, { flush: true });
  return true;
}

function read(file: string): string {
  return existsSync(file) ? readFileSync(file, "utf8") : "";
}

function isWhole(state: string): boolean {
  try {
    return (JSON.parse(state) as { readonly lineage?: string }).lineage !== undefined;
  } catch {
    return false;
  }
}

function pause(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}
