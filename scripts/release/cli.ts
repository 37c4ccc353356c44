import { runCommand } from "./command";
import type { Say } from "./deployment";
import { maintenance } from "./maintenance";
import { type Options, parseOptions, type Verb } from "./options";
import { printable } from "./printable";
import { release } from "./release";
import { rollback } from "./rollback";
import { verify } from "./verify";

const COMMANDS: Readonly<Record<Verb, (options: Options, start: string, say: Say) => Promise<number>>> = {
  release,
  rollback,
  verify,
  maintenance,
};

function work(options: Options, start: string): Promise<number> {
  // With --json, standard output is for programs.
  const say: Say = (line) =>
    void (options.json ? process.stderr : process.stdout).write(`${printable(line)}\n`);
  return COMMANDS[options.verb](options, start, say);
}

void runCommand({ parse: parseOptions, work });
