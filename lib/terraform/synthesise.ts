import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { run, RunError } from "../run";

const SYNTH_SECONDS = 300;

/**
 * Synthesises the stacks as cdktf does it, without its interface: the app writes into cdktf.out.
 *
 * @param directory the folder with cdktf.json
 * @param app command that is run instead of the one in cdktf.json. @default that one
 * @throws Error with the words of the app
 */
export async function synthesise(directory: string, app?: string): Promise<void> {
  const command = app ?? (await configuredApp(directory));
  try {
    await run(["sh", "-c", command], {
      cwd: directory,
      env: { CDKTF_OUTDIR: "cdktf.out", NODE_OPTIONS: undefined },
      timeoutSeconds: SYNTH_SECONDS,
    });
  } catch (error) {
    const words = error instanceof RunError ? (error.result?.stderr ?? error.message) : String(error);
    throw new Error(`the stack cannot be synthesised:\n${words.trim()}`);
  }
}

async function configuredApp(directory: string): Promise<string> {
  const { app } = JSON.parse(await readFile(join(directory, "cdktf.json"), "utf8")) as { app: string };
  return app;
}
