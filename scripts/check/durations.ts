import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";

/** How long everything took the last time it ran, in seconds. */
export interface Durations {
  readonly parts: Readonly<Record<string, number>>;
  readonly files: Readonly<Record<string, number>>;
  /** By file and name of the test. */
  readonly tests: Readonly<Record<string, number>>;
}

export const NO_DURATIONS: Durations = { parts: {}, files: {}, tests: {} };

/** A file that cannot be read counts as none: it is a help, and is written again by the next run. */
export async function readDurations(path: string): Promise<Durations> {
  try {
    return { ...NO_DURATIONS, ...(JSON.parse(await readFile(path, "utf8")) as Partial<Durations>) };
  } catch {
    return NO_DURATIONS;
  }
}

export async function writeDurations(path: string, durations: Durations): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `${JSON.stringify(durations, undefined, 1)}\n`);
}

/** What is newer wins; what did not run this time stays. */
export function merge(older: Durations, newer: Durations): Durations {
  return {
    parts: { ...older.parts, ...newer.parts },
    files: { ...older.files, ...newer.files },
    tests: { ...older.tests, ...newer.tests },
  };
}

/** The slowest, as lines of a table. */
export function slowest(seconds: Readonly<Record<string, number>>, count: number): string[] {
  return Object.entries(seconds)
    .sort(([, a], [, b]) => b - a)
    .slice(0, count)
    .map(([name, value]) => `${value.toFixed(1).padStart(8)} s  ${name}`);
}
