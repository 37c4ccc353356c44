import { runProgram } from "../../lib/command-line";
import { Interrupted, INTERRUPTED_CODE } from "./interrupt";
import { type Options, parseOptions } from "./options";
import { destroy, lastOptions, reset, stop } from "./remove";
import { up } from "./up";

async function work(options: Options): Promise<void> {
  switch (options.verb) {
    case "up":
      return up(options);
    case "stop":
      return stop(options);
    case "reset":
      return (await reset(options)) ? up({ ...(await lastOptions(options)), follow: false }) : undefined;
    case "destroy":
      return destroy(options);
  }
}

void runProgram(
  parseOptions,
  (options) => work(options).then(() => 0),
  (error) => (error instanceof Interrupted ? { code: INTERRUPTED_CODE } : {}),
).then((code) => process.exit(code));
