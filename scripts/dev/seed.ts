import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { LOCAL_FOLDER } from "../../constructs/local/local-files";
import type { Say } from "../../lib/paths";
import { run } from "../../lib/run";

/** The hook: a Node program of the source that fills the running system, through its API, with sample data. */
export const SEED_FILE = "scripts/seed.mjs";

const SEED_SECONDS = 300;

/**
 * Runs the source's seed, if it has one: once for data that are new, and whenever it is asked for. It finds the system's
 * address in EMAINTENANCE_URL.
 *
 * @throws RunError if the seed fails
 */
export async function seedOnce(
  directory: string,
  source: string,
  url: string,
  again: boolean,
  say: Say,
): Promise<void> {
  const program = join(source, SEED_FILE);
  const marker = seedMarker(directory);
  if (!existsSync(program) || (!again && (await readFile(marker, "utf8").catch(() => "")) === program))
    return;
  say(`loading sample data (${SEED_FILE})`);
  await run([process.execPath, program], {
    cwd: source,
    env: { EMAINTENANCE_URL: url, NODE_OPTIONS: undefined },
    timeoutSeconds: SEED_SECONDS,
    onLine: say,
  });
  await writeFile(marker, program);
}

/** Is there as long as the data are those that were loaded. */
export function seedMarker(directory: string): string {
  return join(directory, LOCAL_FOLDER, "seeded");
}
