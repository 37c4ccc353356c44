import { printable } from "./printable";
import { type Help, runProgram } from "../../lib/command-line";
import { heedSignals } from "../../lib/terraform/terraform";
import { Workspace } from "../../lib/terraform/workspace";

/** A command that works on the deployment of one stack. */
interface Command<Options extends { readonly stack: string }> {
  /** @throws UsageError */
  readonly parse: (words: readonly string[]) => Options | Help;
  /** Does it, for the folder in which it was called. Returns the exit code. */
  readonly work: (options: Options, start: string) => Promise<number>;
}

/** Runs a command with the words of the command line. */
export async function runCommand<Options extends { readonly stack: string }>({
  parse,
  work,
}: Command<Options>): Promise<void> {
  const onDeployment = async (options: Options): Promise<number> => {
    heedSignals();
    // npm runs a script in the folder of package.json, and says here where it was called.
    const start = process.env.INIT_CWD ?? process.cwd();
    try {
      return await work(options, start);
    } finally {
      await Workspace.containing(start, options.stack).removeScratch();
    }
  };
  process.exitCode = await runProgram(parse, onDeployment, (error) => ({
    text: printable(error instanceof Error ? error.message : String(error)),
  }));
}
