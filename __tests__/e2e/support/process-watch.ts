import { run } from "../../../lib/run";

/**
 * Looks at the command lines of all processes, again and again, while something runs. The processes of a rehearsal host
 * are processes of this machine too, those in its containers included, so one list shows both machines.
 *
 * @returns every command line that was seen
 */
export async function commandLinesDuring(work: () => Promise<unknown>): Promise<Set<string>> {
  const seen = new Set<string>();
  let working = true;
  const looking = (async () => {
    while (working) {
      const { stdout } = await run(["ps", "-ewwo", "args="]);
      stdout.split("\n").forEach((line) => seen.add(line));
    }
  })();
  try {
    await work();
  } finally {
    working = false;
    await looking;
  }
  return seen;
}
