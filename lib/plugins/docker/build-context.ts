import { lstatSync } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { isAbsolute, join, relative, resolve } from "node:path";
import type { Readable } from "node:stream";
import ignore from "@balena/dockerignore";
import { pack } from "tar-fs";
import { PluginError } from "../protocol/errors";

const IGNORE_FILE = ".dockerignore";

/**
 * A folder as a tar stream, without what its .dockerignore excludes.
 * @param folder relative to the working directory, absolute, or below `~`
 * @param dockerfile relative to the folder
 * @throws PluginError if the folder or the Dockerfile is missing
 */
export async function buildContext(folder: string, dockerfile: string): Promise<Readable> {
  const root = resolve(folder.replace(/^~(?=\/|$)/, homedir()));
  await checkFile(root, dockerfile);
  const patterns = await readFile(join(root, IGNORE_FILE), "utf8").catch(() => "");
  return pack(root, { ignore: ignoredPaths(root, patterns, dockerfile) });
}

/** The engine needs the Dockerfile and reads .dockerignore itself, so both go along even where they are excluded. */
function ignoredPaths(root: string, patterns: string, dockerfile: string): (path: string) => boolean {
  const rules = ignore({ ignorecase: false }).add(patterns);
  const always = new Set([IGNORE_FILE, join(dockerfile)]);
  // An exception may lie in an excluded folder, so that every folder has to be entered.
  const hasExceptions = /^\s*!/m.test(patterns);
  return (path) => {
    const name = relative(root, path);
    if (name === "" || always.has(name) || !rules.ignores(name)) return false;
    const isNeeded = [...always].some((file) => file.startsWith(`${name}/`));
    return !((hasExceptions || isNeeded) && lstatSync(path).isDirectory());
  };
}

async function checkFile(root: string, dockerfile: string): Promise<void> {
  const path = join(root, dockerfile);
  const inside = relative(root, path);
  if (inside.startsWith("..") || isAbsolute(inside)) {
    throw new PluginError(`the Dockerfile ${dockerfile} lies outside of the build context ${root}`);
  }
  const found = await stat(path).catch(() => undefined);
  if (found?.isFile()) return;
  throw new PluginError(
    `failed to read dockerfile: open ${dockerfile}: no such file or directory`,
    `There is no file ${path}. Expected: a folder in "context", relative to Terraform's working directory, and a file in it ` +
      'that "dockerfile" names (Dockerfile, if it does not). Remedy: correct the two paths.',
  );
}
