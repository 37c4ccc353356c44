import { spawnSync } from "node:child_process";
import { join } from "node:path";

const TEMPLATES = join(__dirname, "../../templates");

/** What a name may be that an attacker chooses: quotes, commands of a shell and of SQL, a line break, an order for a terminal. */
export const HOSTILE = 'it\'s "a" \\name\\\n$(reboot) `id`; DROP TABLE x; --\t\u001b[31m\u00e9 -rf';

export interface JqOptions {
  /** Values on standard input, each as JSON. @default no input, as with -n */
  readonly input?: readonly unknown[];
  /** Standard input as it is, for programs that read lines. */
  readonly text?: string;
  /** Options of jq before the values, such as --slurp. @default none */
  readonly options?: readonly string[];
  /** Values by the names that the program has for them. @default none */
  readonly values?: Readonly<Record<string, unknown>>;
  /** Positional arguments. @default none */
  readonly words?: readonly string[];
  /** Files that are read in the place of the standard input. @default none */
  readonly files?: readonly string[];
}

/**
 * Runs a program of jq of `templates/` as the scripts do, and returns all that comes out. Lines for a person, which the scripts
 * get with --raw-output, are strings.
 *
 * @throws Error with what jq said, if it failed
 */
export function jq(
  path: string,
  { input, text, options = [], values = {}, words, files }: JqOptions,
): unknown[] {
  const argv = [
    ...["-c", "-L", join(TEMPLATES, "operator/lib/jq"), "-f", join(TEMPLATES, path)],
    ...(input || text !== undefined ? [] : ["-n"]),
    ...options,
    ...Object.entries(values).flatMap(([name, value]) => ["--argjson", name, JSON.stringify(value)]),
    ...(files ?? []),
    ...(words ? ["--args", ...words] : []),
  ];
  const { status, stdout, stderr, error } = spawnSync("jq", argv, {
    encoding: "utf8",
    input: text ?? (input ?? []).map((value) => JSON.stringify(value)).join("\n"),
  });
  if (error) {
    throw new Error(
      `jq cannot run (${error.message}). Expected it on the PATH: npm run check -- machine, or apt-get install jq`,
    );
  }
  if (status !== 0) throw new Error(stderr);
  return stdout
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as unknown);
}
