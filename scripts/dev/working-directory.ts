import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { LOCAL_FOLDER } from "../../constructs/local/local-files";
import { placeSettings } from "../../lib/terraform/stack-folder";
import { repository } from "../../lib/paths";

/** The stack of development. */
export const STACK = "local";

/**
 * Where Terraform's state of a development system lies, and where `npx cdktf diff local` is run: this repository, or for one
 * with a name a folder of its own.
 */
export async function workingDirectory(name: string | undefined): Promise<string> {
  if (name === undefined) return repository;
  const directory = join(repository, LOCAL_FOLDER, name);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await placeSettings(directory);
  return directory;
}
