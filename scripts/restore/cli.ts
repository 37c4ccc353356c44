import { runCommand } from "../release/command";
import { printable } from "../release/printable";
import { TerraformFailure, wasInterrupted } from "../../lib/terraform/terraform";
import { type Options, parseOptions } from "./options";
import { restore } from "./restore";

async function work(options: Options, start: string): Promise<number> {
  try {
    return await restore(options, start, (line) => void process.stdout.write(`${printable(line)}\n`));
  } catch (error) {
    if (!wasInterrupted() && !(error instanceof TerraformFailure && error.interrupted)) throw error;
    process.stderr.write(`interrupted. To go on: npm run restore -- ${options.stack}\n`);
    return 130;
  }
}

void runCommand({ parse: parseOptions, work });
