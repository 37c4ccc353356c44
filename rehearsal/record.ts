import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { privateFolder, stateFolder } from "../lib/paths";

/** What a rehearsal remembers of itself, in `.rehearsal/<name>/rehearsal.json`. */
export interface RehearsalRecord {
  readonly name: string;
  /** Where cdktf.json, the variables and the state are. */
  readonly directory: string;
  /** Which provider plugins deployed it last; empty before the first deployment. */
  readonly plugins: string;
}

const FILE = "rehearsal.json";

/** @returns undefined where this clone has no such rehearsal */
export async function readRecord(name: string): Promise<RehearsalRecord | undefined> {
  const text = await readFile(join(stateFolder, name, FILE), "utf8").catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as RehearsalRecord);
}

export async function writeRecord(record: RehearsalRecord): Promise<void> {
  const path = join(await privateFolder(record.name), FILE);
  await writeFile(path, `${JSON.stringify(record, undefined, 2)}\n`, { mode: 0o600 });
}

/** The names of this clone's rehearsals. */
export async function recordedNames(): Promise<string[]> {
  const names = await readdir(stateFolder).catch(() => []);
  const records = await Promise.all(names.map(readRecord));
  return records.flatMap((record) => (record ? [record.name] : [])).sort();
}
