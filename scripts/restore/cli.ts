import { UsageError } from "../release/options";
import { heedSignals, TerraformFailure, wasInterrupted } from "../release/terraform";
import { Workspace } from "../release/workspace";
import { parseOptions, USAGE } from "./options";
import { restore } from "./restore";

async function main(): Promise<number> {
  const options = parseOptions(process.argv.slice(2));
  if (options === "help") {
    process.stdout.write(USAGE);
    return 0;
  }
  heedSignals();
  // npm runs a script in the folder of package.json, and says here where it was called.
  const start = process.env.INIT_CWD ?? process.cwd();
  try {
    return await restore(options, start, (line) => void process.stdout.write(`${line}\n`));
  } catch (error) {
    if (!wasInterrupted() && !(error instanceof TerraformFailure && error.interrupted)) throw error;
    process.stderr.write(`interrupted. To go on: npm run restore -- ${options.stack}\n`);
    return 130;
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
