import { parseArgs } from "node:util";
import { checkName, DEFAULT_NAME } from "./host/names";

export const USAGE = `npm run rehearse         [-- --name NAME] [--no-deploy] [--bare]
npm run rehearse:down    [-- --name NAME] [--keep-images]
npm run rehearse:status  [-- --name NAME] [--json]

A rehearsal is a throwaway host (systemd, sshd, Docker Engine) in a container, and the production stack deployed
on it as on a real VM.

  rehearse         makes or reuses the host and the images, and deploys: the first time some minutes, then seconds
  rehearse:down    removes the host, its network, its data and its state, and the images with the last rehearsal
  rehearse:status  says what stands, and where

  --name NAME      which rehearsal; several can stand side by side (default: ${DEFAULT_NAME})
  --no-deploy      stop before the deployment
  --bare           a host with sshd and sudo only, which the bootstrap stack has to equip first
  --keep-images    leave the images for the next rehearsal
  --json           for programs
  --help           this text
`;

const VERBS = ["up", "down", "status"] as const;
export type Verb = (typeof VERBS)[number];

export interface Options {
  readonly verb: Verb;
  /** @default undefined: not said; up and down then mean the rehearsal `default`, status means all */
  readonly name?: string;
  readonly deploy: boolean;
  readonly bare: boolean;
  readonly keepImages: boolean;
  readonly json: boolean;
}

/** Which options a verb knows, beside --name and --help. */
const KNOWN: Readonly<Record<Verb, readonly string[]>> = {
  up: ["no-deploy", "bare"],
  down: ["keep-images"],
  status: ["json"],
};

/**
 * @returns "help" when that was asked for
 * @throws Error with a sentence about the word that is wrong
 */
export function parseOptions(words: readonly string[]): Options | "help" {
  const { values, positionals, tokens } = parseArgs({
    args: [...words],
    strict: false,
    allowPositionals: true,
    tokens: true,
    options: {
      name: { type: "string" },
      "no-deploy": { type: "boolean" },
      bare: { type: "boolean" },
      "keep-images": { type: "boolean" },
      json: { type: "boolean" },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help) return "help";
  const [verb, ...more] = positionals;
  if (!isVerb(verb))
    throw new Error(`expected one of ${VERBS.join(", ")}, got ${verb ?? "nothing"}: see --help`);
  for (const token of tokens) {
    if (token.kind === "option") checkOption(verb, token.name, token.rawName, token.value);
  }
  if (more[0] !== undefined) throw new Error(`unexpected word "${more[0]}": see --help`);
  return {
    verb,
    name: typeof values.name === "string" ? checkName(values.name) : undefined,
    deploy: values["no-deploy"] !== true,
    bare: values.bare === true,
    keepImages: values["keep-images"] === true,
    json: values.json === true,
  };
}

function checkOption(verb: Verb, name: string, rawName: string, value: string | undefined): void {
  if (name === "name") {
    if (value === undefined || value === "" || value.startsWith("-")) {
      throw new Error("--name needs the name of a rehearsal, such as --name trial");
    }
    return;
  }
  if (!KNOWN[verb].includes(name)) throw new Error(`unknown option ${rawName} for ${verb}: see --help`);
  if (value !== undefined) throw new Error(`${rawName} takes no value, got "${value}": see --help`);
}

function isVerb(word: string | undefined): word is Verb {
  return VERBS.some((verb) => verb === word);
}
