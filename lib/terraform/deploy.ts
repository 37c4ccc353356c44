import { createWriteStream } from "node:fs";
import type { Say } from "../paths";
import { waitFor } from "../run";
import type { PluginChoice } from "./provider-plugins";
import { synthesise } from "./synthesise";
import { Terraform, TerraformFailure } from "./terraform";
import { Workspace } from "./workspace";

const ANSWER_SECONDS = 60;

/** A line that a script prints for programs; the same in words comes after it. */
const REPORT = /^ {2}\{"/;

/**
 * Deploys stacks of a working directory, one after the other, as `cdktf deploy` does: everything that Terraform says goes to a
 * log, and its steps to `say`.
 *
 * @param interruption ends it as Ctrl-C does, so that the next deploy can go on
 * @throws Error with Terraform's own error, and what the failed scripts printed
 */
export async function deploy(
  directory: string,
  stacks: readonly string[],
  plugins: PluginChoice,
  logPath: string,
  say: Say,
  interruption?: Promise<void>,
): Promise<void> {
  const log = createWriteStream(logPath, { mode: 0o600 });
  try {
    await synthesise(directory);
    for (const stack of stacks) {
      const workspace = Workspace.containing(directory, stack);
      const write = (line: string) => void log.write(`${line}\n`);
      const forPeople = (line: string) => {
        if (!REPORT.test(line)) say(line);
      };
      const terraform = new Terraform(workspace, forPeople, { plugins, log: write, starts: true });
      await terraform.init();
      await terraform.applyUnseen(workspace.valueFiles, interruption);
    }
  } catch (error) {
    if (!(error instanceof TerraformFailure)) throw error;
    throw new Error(`${error.message}\n(the whole log: ${logPath})`);
  } finally {
    log.end();
  }
}

/**
 * Waits until the gateway gives an answer that is not one of its own errors.
 *
 * @param limits seconds for all of it, and for one request
 */
export async function waitForAnswer(
  url: string,
  limits = { allSeconds: ANSWER_SECONDS, requestSeconds: 5 },
): Promise<void> {
  await waitFor(`an answer of ${url}`, limits.allSeconds, async () => {
    const signal = AbortSignal.timeout(limits.requestSeconds * 1000);
    const answer = await fetch(url, { signal }).catch(() => undefined);
    await answer?.arrayBuffer().catch(() => undefined);
    return answer !== undefined && answer.status < 500;
  });
}
