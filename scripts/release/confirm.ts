import { createInterface } from "node:readline/promises";

/**
 * Asks a person, unless the answer was given.
 * @throws Error if nobody sits at a terminal and no answer was given
 */
export async function confirmed(question: string, yes: boolean): Promise<boolean> {
  if (yes) return true;
  if (!process.stdin.isTTY) {
    throw new Error("nobody is there to confirm: add --yes where this runs without a terminal");
  }
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return (await terminal.question(`${question} [y/N] `)).trim().toLowerCase().startsWith("y");
  } finally {
    terminal.close();
  }
}
