import { UsageError } from "./options";
import { printable } from "./printable";
import { heedSignals } from "../../lib/terraform/terraform";
import { Workspace } from "../../lib/terraform/workspace";

/** A command that works on the deployment of one stack. */
interface Command<Options extends { readonly stack: string }> {
  readonly usage: string;
  /** @throws UsageError */
  readonly parse: (words: readonly string[]) => Options | "help";
  /** Does it, for the folder in which it was called. Returns the exit code. */
  readonly work: (options: Options, start: string) => Promise<number>;
}

/** Runs a command with the words of the command line: help, errors and exit codes are the same for all of them. */
export async function runCommand<Options extends { readonly stack: string }>(
  command: Command<Options>,
): Promise<void> {
  try {
    process.exitCode = await exitCode(command);
  } catch (error) {
    process.stderr.write(`${printable(error instanceof Error ? error.message : String(error))}\n`);
    if (error instanceof UsageError) process.stderr.write(`\n${command.usage}`);
    process.exitCode = error instanceof UsageError ? 2 : 1;
  }
}

async function exitCode<Options extends { readonly stack: string }>({
  usage,
  parse,
  work,
}: Command<Options>): Promise<number> {
  const options = parse(process.argv.slice(2));
  if (options === "help") {
    process.stdout.write(usage);
    return 0;
  }
  heedSignals();
  // npm runs a script in the folder of package.json, and says here where it was called.
  const start = process.env.INIT_CWD ?? process.cwd();
  try {
    return await work(options, start);
  } finally {
    await Workspace.containing(start, options.stack).removeScratch();
  }
}
