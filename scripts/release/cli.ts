import type { Say } from "./deployment";
import { maintenance } from "./maintenance";
import { type Options, parseOptions, USAGE, UsageError, type Verb } from "./options";
import { release } from "./release";
import { rollback } from "./rollback";
import { heedSignals } from "./terraform";
import { verify } from "./verify";
import { Workspace } from "./workspace";

const COMMANDS: Readonly<Record<Verb, (options: Options, start: string, say: Say) => Promise<number>>> = {
  release,
  rollback,
  verify,
  maintenance,
};

async function main(): Promise<number> {
  const options = parseOptions(process.argv.slice(2));
  if (options === "help") {
    process.stdout.write(USAGE);
    return 0;
  }
  heedSignals();
  // npm runs a script in the folder of package.json, and says here where it was called.
  const start = process.env.INIT_CWD ?? process.cwd();
  // With --json, standard output is for programs.
  const say: Say = (line) => void (options.json ? process.stderr : process.stdout).write(`${line}\n`);
  try {
    return await COMMANDS[options.verb](options, start, say);
  } finally {
    await Workspace.containing(start, options.stack).removeScratch();
  }
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    if (error instanceof UsageError) process.stderr.write(`\n${USAGE}`);
    process.exitCode = error instanceof UsageError ? 2 : 1;
  },
);
