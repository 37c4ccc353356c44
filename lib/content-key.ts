import { createHash } from "node:crypto";
import { lstat, readFile, readdir, readlink } from "node:fs/promises";
import { basename, join } from "node:path";

/** What builds and package managers make: it follows from the rest, so it is no part of the content. */
const DERIVED = /^(node_modules|\.next|dist|coverage|next-env\.d\.ts|.*\.tsbuildinfo)$/;
const KEY_LENGTH = 12;

export interface ContentKeyOptions {
  /** Files and folders whose names, modes and contents count. Each is named by its own base name, wherever it lies. */
  readonly paths?: readonly string[];
  /** Anything else that the result depends on: keys of what it is built from, versions, arguments. */
  readonly extra?: readonly string[];
}

/**
 * Twelve hexadecimal digits that change whenever something that counts changes, and are the same on every machine.
 * @throws if a path does not exist
 */
export async function contentKey({ paths = [], extra = [] }: ContentKeyOptions): Promise<string> {
  const hash = createHash("sha256");
  for (const path of paths) {
    for (const [name, entry] of await entries(path, basename(path))) {
      hash.update(`${name}\0${entry.mode}\0${entry.content.length}\0`).update(entry.content);
    }
    hash.update("\0");
  }
  for (const text of extra) hash.update(`extra\0${Buffer.byteLength(text)}\0${text}`);
  return hash.digest("hex").slice(0, KEY_LENGTH);
}

interface Entry {
  readonly mode: "file" | "executable" | "link";
  readonly content: Buffer;
}

async function entries(path: string, name: string): Promise<[string, Entry][]> {
  const stat = await lstat(path);
  if (stat.isSymbolicLink()) return [[name, { mode: "link", content: Buffer.from(await readlink(path)) }]];
  if (!stat.isDirectory()) {
    // Git keeps only the run bit, so another umask must not change the key.
    const mode = (stat.mode & 0o100) === 0 ? "file" : "executable";
    return [[name, { mode, content: await readFile(path) }]];
  }
  const children = (await readdir(path)).filter((child) => !DERIVED.test(child)).sort();
  const nested = await Promise.all(children.map((child) => entries(join(path, child), `${name}/${child}`)));
  return nested.flat();
}
