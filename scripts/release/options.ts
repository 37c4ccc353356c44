import { parseArgs } from "node:util";

export const USAGE = `npm run release      -- STACK [--yes] [--release ID] [--images FILE]
npm run rollback     -- STACK [RELEASE] [--yes]
npm run verify       -- STACK [--url URL] [--only TEXT] [--json]
npm run maintenance  -- STACK on [TEXT] | off | status [--json]

STACK is prod. All of them work in the folder in which they are called, or in the one above it that holds cdktf.json.

  release      deploys: shows the plan, asks, applies it, and lets the new release be checked. Where that fails, it says why,
               and returns to the last good release by itself.
  rollback     returns to the release before the one in use, or to RELEASE; emaintenance releases on the host lists them
  verify       runs the checks of a deploy from here, through the public address
  maintenance  shows visitors a page instead of the system

  --yes           do not ask; needed where nobody sits at a terminal
  --release ID    name of the release (default: the git commit, with -dirty where files differ from it)
  --images FILE   JSON with image references by service, which win over the variable IMAGES
  --url URL       check this address (default: NEXT_PUBLIC_API_URL)
  --only TEXT     only the checks with this text in their names
  --json          for programs
  --help          this text

exit codes: 0 done
            1 it failed. After release: the last good release serves again, or nothing was changed
            2 wrong usage
            3 it failed, and so did the return: somebody has to look now
          130 interrupted: run it again
`;

const VERBS = ["release", "rollback", "verify", "maintenance"] as const;
export type Verb = (typeof VERBS)[number];

export interface Options {
  readonly verb: Verb;
  readonly stack: string;
  /** What follows the stack. */
  readonly words: readonly string[];
  readonly yes: boolean;
  readonly release?: string;
  readonly images?: string;
  readonly url?: string;
  readonly only?: string;
  readonly json: boolean;
}

/** Wrong words on the command line. */
export class UsageError extends Error {}

/** Which options a verb knows, and how many words may follow the stack. */
const KNOWN: Readonly<Record<Verb, { readonly options: readonly string[]; readonly words: number }>> = {
  release: { options: ["yes", "release", "images"], words: 0 },
  rollback: { options: ["yes"], words: 1 },
  verify: { options: ["url", "only", "json"], words: 0 },
  maintenance: { options: ["json"], words: 2 },
};

/**
 * @returns "help" when that was asked for
 * @throws UsageError with a sentence about the word that is wrong
 */
export function parseOptions(argv: readonly string[]): Options | "help" {
  const [verb, ...rest] = argv;
  if (!isVerb(verb)) throw new UsageError(`expected one of ${VERBS.join(", ")}, got ${verb ?? "nothing"}`);
  let parsed;
  try {
    parsed = parseArgs({
      args: rest,
      allowPositionals: true,
      options: {
        yes: { type: "boolean", short: "y" },
        release: { type: "string" },
        images: { type: "string" },
        url: { type: "string" },
        only: { type: "string" },
        json: { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message.split(". ")[0]);
  }
  const { values, positionals } = parsed;
  if (values.help) return "help";
  for (const name of Object.keys(values)) {
    if (!KNOWN[verb].options.includes(name)) throw new UsageError(`${verb} has no option --${name}`);
  }
  const [stack, ...words] = positionals;
  if (stack === undefined) throw new UsageError(`which stack? npm run ${verb} -- prod`);
  if (stack !== "prod") throw new UsageError(`there is no stack "${stack}" to ${verb}: expected prod`);
  const surplus = words[KNOWN[verb].words];
  if (surplus !== undefined) throw new UsageError(`unexpected word "${surplus}"`);
  if (values.release !== undefined) checkRelease(values.release);
  const { yes = false, json = false, ...others } = values;
  return { verb, stack, words, yes, json, ...others };
}

/** A Docker tag. Source: the distribution project's reference grammar. */
function checkRelease(name: string): void {
  if (!/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/.test(name)) {
    throw new UsageError(
      `--release is "${name}": expected up to 128 letters, digits, "_", "." and "-", such as 2026.11.1`,
    );
  }
}

function isVerb(word: string | undefined): word is Verb {
  return VERBS.includes(word as Verb);
}
