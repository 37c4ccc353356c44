import { Interrupted, INTERRUPTED_CODE } from "./interrupt";
import { parseOptions, USAGE } from "./options";
import { destroy, lastOptions, reset, stop } from "./remove";
import { up } from "./up";

async function main(): Promise<void> {
  const options = parseOptions(process.argv.slice(2));
  if (options === "help") {
    process.stdout.write(USAGE);
    return;
  }
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

main().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(error instanceof Interrupted ? INTERRUPTED_CODE : 1);
  },
);
