import { createWriteStream } from "node:fs";
import { join } from "node:path";
import { repository, type Say } from "../paths";
import { run, waitFor } from "../run";
import { interruptTerraform } from "./interrupt";
import { type PluginChoice, terraformEnvironment } from "./provider-plugins";
import { STACK_NAMES } from "./stack-folder";

const DEPLOY_SECONDS = 1200;
const ANSWER_SECONDS = 60;
const ERROR_LINES = 40;

/**
 * `cdktf deploy`, one stack after the other, in a working directory; everything it prints goes to a log, and its steps to `say`.
 *
 * @param interrupted ends it where Terraform can go on the next time; without it, Ctrl-C of a terminal kills Terraform
 * @throws Error with Terraform's own error
 */
export async function deploy(
  directory: string,
  stacks: readonly string[],
  plugins: PluginChoice,
  logPath: string,
  say: Say,
  interrupted?: Promise<void>,
): Promise<void> {
  const log = createWriteStream(logPath, { mode: 0o600 });
  const cdktf = join(repository, "node_modules", ".bin", "cdktf");
  // The first deployment has no provider lock yet, and making one would ask the registry even where a mirror has all.
  const argv = [cdktf, "deploy", ...stacks, "--parallelism", "1", "--auto-approve", "--skip-provider-lock"];
  try {
    const { code, stdout, stderr } = await run(argv, {
      cwd: directory,
      env: terraformEnvironment(plugins),
      allowFailure: true,
      timeoutSeconds: DEPLOY_SECONDS,
      ownGroup: interrupted !== undefined,
      onStart: (pid) => void interrupted?.then(() => interruptTerraform(pid)),
      onLine: (line) => {
        const text = plainLine(line);
        if (text === undefined) return;
        log.write(`${text}\n`);
        const step = deployStep(text);
        if (step !== undefined) say(step);
      },
    });
    if (code !== 0) throw new Error(`${terraformError(`${stdout}\n${stderr}`)}\n(the whole log: ${logPath})`);
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

/** What a line of the deployment says about its progress, in short; undefined if it says nothing. */
export function deployStep(line: string): string | undefined {
  const [, resource, step] =
    /^(\S+?\.\S+?)(?: \(.*\))?: ((?:Creating|Creation|Destroying|Destruction|Modifying|Modifications)\b.*)$/.exec(
      line,
    ) ?? [];
  if (resource && step) return `${resource}: ${step.replace(/ \[id=.*\]$/, "")}`;
  return /^(Initializing|Plan:|Apply complete)/.test(line) ? line : undefined;
}

/**
 * The errors in a failed deployment's output, or its last lines if it names none. They follow the output of the script
 * that failed: Terraform's own error has its exit code only.
 */
export function terraformError(output: string): string {
  const lines = output
    .split("\n")
    .map(plainLine)
    .filter((line) => line !== undefined);
  const first = lines.findIndex((line) => /^\s*Error: /.test(line));
  if (first === -1) return lines.slice(-ERROR_LINES).join("\n").trim();
  const words = lines.slice(first, first + ERROR_LINES);
  return [...scriptWords(lines, failedResources(words)), ...words].join("\n").trim();
}

/** The resources that errors are about, such as `null_resource.preflight`. */
function failedResources(errors: readonly string[]): string[] {
  return errors.flatMap((line) => /^\s*with (\S+?)(?: \(.*\))?,$/.exec(line)?.[1] ?? []);
}

/** What the scripts of these resources printed on the host, without Terraform's notes on the connection and without JSON. */
function scriptWords(lines: readonly string[], resources: readonly string[]): string[] {
  return resources.flatMap((resource) => {
    const said = ["remote-exec", "local-exec"].flatMap((kind) => {
      const before = `${resource} (${kind}): `;
      return lines.filter((line) => line.startsWith(before)).map((line) => line.slice(before.length));
    });
    const connected = said.lastIndexOf("Connected!");
    const words = said
      .slice(connected + 1)
      .filter((line) => !line.startsWith('{"') && !line.startsWith("local-exec: Executing"));
    return words.length === 0 ? [] : [...words.slice(-ERROR_LINES), ""];
  });
}

/**
 * A line as a person would copy it: without colours, frames, and the stack's name before it. Undefined for the spinner and
 * the counter that cdktf draws again and again.
 */
export function plainLine(line: string): string | undefined {
  const text = line
    // eslint-disable-next-line no-control-regex
    .replace(/\u001b\[[0-9;]*[A-Za-z]/g, "")
    .replace(new RegExp(`^(${STACK_NAMES.join("|")})(\\s+|$)`), "")
    .replace(/^\s*[╷│╵]\s?/, "")
    .trimEnd();
  return /^[⠀-⣿] /.test(text) || /^\d+ Stacks? \w+ {2}/.test(text) || text === "" ? undefined : text;
}
