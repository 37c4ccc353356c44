import { Deployment, type Say } from "./deployment";
import type { Options } from "./options";
import { printable } from "./printable";

/** `npm run maintenance`: the operator's word of that name, from here. Returns the exit code. */
export async function maintenance(options: Options, start: string, say: Say): Promise<number> {
  const { host } = await Deployment.open(start, options.stack, say);
  const { code, stdout, stderr } = await host.emaintenance(
    "maintenance",
    ...options.words,
    ...(options.json ? ["--json"] : []),
  );
  process.stdout.write(printable(stdout));
  process.stderr.write(printable(stderr));
  return code;
}
