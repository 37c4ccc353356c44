import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../../lib/run";
import type { Part } from "./parts";
import type { JestReport } from "./report";

export interface PartResult {
  readonly part: Part;
  readonly succeeded: boolean;
  readonly seconds: number;
  /** Of jest; undefined when it wrote none. */
  readonly report?: JestReport;
}

/**
 * Runs one part to its end, whatever that is.
 *
 * @param say gets every line that it prints
 */
export async function runPart(part: Part, root: string, say: (line: string) => void): Promise<PartResult> {
  const began = Date.now();
  const folder = await mkdtemp(join(tmpdir(), "emaintenance-check-"));
  try {
    const file = join(folder, "report.json");
    const argv = part.jest ? [...part.argv, "--json", "--outputFile", file] : part.argv;
    const succeeded = await succeeds(argv, root, say);
    const text = await readFile(file, "utf8").catch(() => undefined);
    return {
      part,
      succeeded,
      seconds: (Date.now() - began) / 1000,
      report: text === undefined ? undefined : (JSON.parse(text) as JestReport),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function succeeds(
  argv: readonly string[],
  root: string,
  say: (line: string) => void,
): Promise<boolean> {
  try {
    const { code } = await run(argv, {
      cwd: root,
      env: { CHECKPOINT_DISABLE: "1", NODE_OPTIONS: "" },
      onLine: say,
      allowFailure: true,
    });
    return code === 0;
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
    return false;
  }
}
