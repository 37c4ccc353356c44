import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { FULL_SET } from "./options";

/** What this command reads of a backup; see templates/backup/lib/sets.sh. */
export interface Manifest {
  readonly set: string;
  readonly release: string;
  readonly ended: string;
  readonly files: Readonly<Record<string, { readonly bytes: number; readonly sha256: string }>>;
  readonly window: { readonly from: string; readonly to: string };
}

const FORMAT = 1;

/** @throws Error if the text is not the manifest of a full backup */
export function parseManifest(text: string, where: string): Manifest {
  const wrong = (what: string) =>
    new Error(
      `${where} is not that of a full backup: ${what}. Expected a backup that emaintenance backup full has made.`,
    );
  let manifest: Partial<Manifest> & { readonly format?: number };
  try {
    manifest = JSON.parse(text) as typeof manifest;
  } catch {
    throw wrong("it is no JSON");
  }
  if (manifest.format !== FORMAT) throw wrong(`its format is ${manifest.format}`);
  if (!FULL_SET.test(manifest.set ?? "")) throw wrong(`it is of ${manifest.set}`);
  if (!manifest.files || Object.keys(manifest.files).length === 0) throw wrong("it names no files");
  return manifest as Manifest;
}

export function bytesOf(manifest: Manifest): number {
  return Object.values(manifest.files).reduce((sum, { bytes }) => sum + bytes, 0);
}

/**
 * The backup in a folder of this machine, every file as its manifest says.
 * @throws Error with the file that differs
 */
export async function readBackup(folder: string): Promise<Manifest> {
  const path = join(folder, "manifest.json");
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    const reason = error.code === "ENOENT" ? "is not there" : `cannot be read (${error.code})`;
    throw new Error(`${path} ${reason}. Expected a backup: a folder full_... with its manifest.json.`);
  });
  const manifest = parseManifest(text, path);
  for (const [name, { bytes, sha256 }] of Object.entries(manifest.files)) {
    const file = join(folder, name);
    const found = await stat(file).then(
      ({ size }) => size,
      () => undefined,
    );
    const expected = `Expected every file of ${manifest.set} as it was backed up. Copy it again, or use another backup.`;
    if (found === undefined) throw new Error(`${file} is missing. ${expected}`);
    if (found !== bytes)
      throw new Error(`${file} has ${found} bytes, and had ${bytes} when it was written. ${expected}`);
    if ((await digestOf(file)) !== sha256)
      throw new Error(`${file} has changed since it was written. ${expected}`);
  }
  return manifest;
}

async function digestOf(file: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file), hash);
  return hash.digest("hex");
}
