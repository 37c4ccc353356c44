import { type ChildProcess, spawn } from "node:child_process";
import { access, constants } from "node:fs/promises";
import { delimiter, join } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

export interface RunOptions {
  /** Working directory. @default the caller's */
  readonly cwd?: string;
  /** Added to the caller's environment; a value of `undefined` removes the variable. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** What the program reads on its standard input. @default nothing: the input is closed */
  readonly input?: string | Buffer;
  /** Seconds after which the program is ended and the run fails. @default no limit */
  readonly timeoutSeconds?: number;
  /** Called with every whole line of output, as it comes. */
  readonly onLine?: (line: string, from: "stdout" | "stderr") => void;
  /** Return a non-zero exit code instead of rejecting. A program that cannot start still rejects. @default false */
  readonly allowFailure?: boolean;
  /** Start the program in a process group of its own: for one that ends its whole group when it fails. @default false */
  readonly ownGroup?: boolean;
  /** Called with the program's process id. */
  readonly onStart?: (pid: number) => void;
}

export interface RunResult {
  /** Exit code; 128 and more when a signal ended the program. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A program that could not start, failed, or ran out of time. The message has the command and its last words. */
export class RunError extends Error {
  constructor(
    message: string,
    /** @default undefined if the program never started */
    readonly result?: RunResult,
  ) {
    super(message);
    this.name = "RunError";
  }
}

/** The seconds between asking a program to end and killing it. */
const GRACE_SECONDS = 5;
const LAST_LINES = 15;

/**
 * Runs a program to its end, without a shell. Never put a secret in `argv`: it shows in the process list and in errors.
 * @throws RunError
 */
export async function run(argv: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const child = start(argv, options);
  if (child.pid !== undefined) options.onStart?.(child.pid);
  const output = collect(child, options.onLine);
  child.stdin?.on("error", ignoreClosedPipe);
  child.stdin?.end(options.input);
  return finish(argv, options, ended(argv, child, options.timeoutSeconds), output);
}

/**
 * Runs `from | to` and returns what `to` printed.
 * @throws RunError when either of the two fails
 */
export async function pipe(
  from: readonly string[],
  to: readonly string[],
  options: Omit<RunOptions, "input"> = {},
): Promise<RunResult> {
  // Only the sender: without a reader it ends by itself, whatever happens to us.
  const source = start(from, options);
  const target = start(to, { ...options, ownGroup: false });
  source.stdin?.end();
  const sourceErrors = { stdout: "", stderr: "" };
  source.stderr?.on("data", (chunk: Buffer) => (sourceErrors.stderr += chunk.toString()));
  const output = collect(target, options.onLine);
  const flow =
    source.stdout && target.stdin ? pipeline(source.stdout, target.stdin).catch(ignoreClosedPipe) : undefined;
  const [sent, received] = await Promise.allSettled([
    finish(from, options, ended(from, source, options.timeoutSeconds), sourceErrors),
    finish(to, options, ended(to, target, options.timeoutSeconds), output),
    flow,
  ]);
  // The receiver's failure explains the sender's broken pipe, so it comes first.
  if (received.status === "rejected") throw received.reason;
  if (sent.status === "rejected") throw sent.reason;
  return received.value;
}

/** The path of a program on PATH, or undefined. */
export async function which(program: string): Promise<string | undefined> {
  for (const folder of (process.env.PATH ?? "").split(delimiter).filter(Boolean)) {
    const path = join(folder, program);
    try {
      await access(path, constants.X_OK);
      return path;
    } catch {
      continue;
    }
  }
  return undefined;
}

/**
 * Asks `condition` again and again until it gives something other than undefined or false.
 * @throws Error with `what` after `seconds`
 */
export async function waitFor<T>(
  what: string,
  seconds: number,
  condition: () => Promise<T | undefined | false>,
  everyMilliseconds = 250,
): Promise<T> {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const answer = await condition();
    if (answer !== undefined && answer !== false) return answer;
    if (Date.now() > end) throw new Error(`${what} did not happen within ${seconds} s`);
    await new Promise((resolve) => setTimeout(resolve, everyMilliseconds));
  }
}

interface Output {
  stdout: string;
  stderr: string;
}

function start(argv: readonly string[], options: RunOptions): ChildProcess {
  const [program, ...rest] = argv;
  if (program === undefined) throw new RunError("there is no command to run");
  return spawn(program, rest, {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: ["pipe", "pipe", "pipe"],
    detached: options.ownGroup ?? false,
  });
}

function collect(child: ChildProcess, onLine: RunOptions["onLine"]): Output {
  const output: Output = { stdout: "", stderr: "" };
  follow(child.stdout, "stdout");
  follow(child.stderr, "stderr");
  return output;

  function follow(stream: Readable | null, name: "stdout" | "stderr"): void {
    let rest = "";
    stream?.setEncoding("utf8");
    stream?.on("data", (text: string) => {
      output[name] += text;
      if (!onLine) return;
      const lines = (rest + text).split(/\r?\n/);
      rest = lines.pop() ?? "";
      for (const line of lines) onLine(line, name);
    });
    stream?.on("end", () => {
      if (rest !== "") onLine?.(rest, name);
    });
  }
}

/** Resolves with the exit code once the program is gone and its output is read. */
function ended(argv: readonly string[], child: ChildProcess, timeoutSeconds?: number): Promise<number> {
  return new Promise((resolve, reject) => {
    let late = false;
    const limit =
      timeoutSeconds === undefined
        ? undefined
        : setTimeout(() => {
            late = true;
            child.kill("SIGTERM");
            setTimeout(() => child.kill("SIGKILL"), GRACE_SECONDS * 1000).unref();
          }, timeoutSeconds * 1000);
    child.once("error", (error: NodeJS.ErrnoException) => {
      clearTimeout(limit);
      const reason = error.code === "ENOENT" ? "no such program on PATH" : error.message;
      reject(new RunError(`${commandLine(argv)}: ${reason}`));
    });
    child.once("close", (code, signal) => {
      clearTimeout(limit);
      if (late) reject(new RunError(`${commandLine(argv)}: not finished after ${timeoutSeconds} s, ended`));
      else resolve(code ?? 128 + (signal === "SIGKILL" ? 9 : 15));
    });
  });
}

async function finish(
  argv: readonly string[],
  options: RunOptions,
  exit: Promise<number>,
  output: Output,
): Promise<RunResult> {
  const code = await exit;
  const result: RunResult = { code, stdout: output.stdout, stderr: output.stderr };
  if (code === 0 || options.allowFailure) return result;
  const words = lastLines(output.stderr.trim() === "" ? output.stdout : output.stderr);
  throw new RunError(`${commandLine(argv)}: exit code ${code}${words && `\n${words}`}`, result);
}

function lastLines(text: string): string {
  return text.trimEnd().split("\n").slice(-LAST_LINES).join("\n");
}

function commandLine(argv: readonly string[]): string {
  return argv.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : JSON.stringify(word))).join(" ");
}

/** A program may close its input before it has read all of it; its exit code tells whether that was wrong. */
function ignoreClosedPipe(error: unknown): void {
  const code = (error as NodeJS.ErrnoException).code;
  if (code !== "EPIPE" && code !== "ERR_STREAM_PREMATURE_CLOSE" && code !== "ECONNRESET") throw error;
}
