import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { LOCAL_FOLDER } from "../../constructs/local/local-files";
import { repository } from "../../rehearsal/paths";

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
  const settings = JSON.parse(await readFile(join(repository, "cdktf.json"), "utf8")) as { app: string };
  const own = { ...settings, app: settings.app.replace("main.ts", "../../main.ts") };
  await writeFile(join(directory, "cdktf.json"), `${JSON.stringify(own, undefined, 2)}\n`);
  return directory;
}
