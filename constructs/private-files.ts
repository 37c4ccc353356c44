import { chmodSync, closeSync, mkdirSync, openSync } from "node:fs";
import { join } from "node:path";
import { stateFile } from "./state-path";
import { repairTornState } from "./torn-state";

/** Read and write for the owner, nothing for anybody else. */
const PRIVATE_FILE = 0o600;
const PRIVATE_FOLDER = 0o700;

/**
 * Keeps what holds secrets to its owner: Terraform's state and its backup, and the output folder, where
 * `cdktf diff` leaves its plan. Terraform would make them readable for all; it keeps the mode of what is there. A state that
 * was torn is made whole, and that is said on standard error.
 *
 * @param folder where cdktf.json lies
 * @param outputFolder where the stacks are synthesised to
 */
export function keepPrivate(folder: string, outputFolder: string, stacks: readonly string[]): void {
  mkdirSync(outputFolder, { recursive: true });
  chmodSync(outputFolder, PRIVATE_FOLDER);
  for (const stack of stacks) {
    if (repairTornState(join(folder, stateFile(stack)))) {
      console.error(
        `${stateFile(stack)} was torn when Terraform was killed: it is again what Terraform knew before that run (${stateFile(stack)}.backup)`,
      );
    }
    for (const name of [stateFile(stack), `${stateFile(stack)}.backup`]) {
      ensurePrivateFile(join(folder, name));
    }
  }
}

/** Makes a file that only its owner may read, or makes it so. An empty one is no state to Terraform, and no backup. */
export function ensurePrivateFile(file: string): void {
  closeSync(openSync(file, "a", PRIVATE_FILE));
  chmodSync(file, PRIVATE_FILE);
}
