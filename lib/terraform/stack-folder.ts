import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { repository } from "../paths";

/** Where Terraform runs, under a folder with a cdktf.json. */
export function stackFolder(directory: string, stack: string): string {
  return join(directory, "cdktf.out", "stacks", stack);
}

/** Gives a folder that lies two below the repository a cdktf.json of its own, so that `npx cdktf` works in it. */
export async function placeSettings(directory: string): Promise<void> {
  const settings = JSON.parse(await readFile(join(repository, "cdktf.json"), "utf8")) as { app: string };
  const own = { ...settings, app: settings.app.replace("main.ts", "../../main.ts") };
  await writeFile(join(directory, "cdktf.json"), `${JSON.stringify(own, undefined, 2)}\n`);
}
