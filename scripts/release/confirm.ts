import { createInterface } from "node:readline/promises";

/**
 * Asks a person, unless the answer was given.
 * @throws Error if there is no terminal and no answer was given
 */
export async function confirmed(question: string, yes: boolean): Promise<boolean> {
  if (yes) return true;
  if (!process.stdin.isTTY) {
    throw new Error("there is no terminal to confirm at: add --yes if this runs without a terminal");
  }
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return (await terminal.question(`${question} [y/N] `)).trim().toLowerCase().startsWith("y");
  } finally {
    terminal.close();
  }
}
