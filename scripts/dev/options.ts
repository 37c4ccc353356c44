import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { ServiceCatalogue } from "../../constructs/services/service-catalogue";

export const USAGE = `npm run dev          [-- --source FOLDER] [--only infrastructure] [--on-host SERVICE]...
                         [--name NAME] [--port-offset N] [--poll] [--seed] [--no-follow] [--raw]
npm run dev:stop     [-- --name NAME]
npm run dev:reset    [-- --name NAME] [--yes]
npm run dev:destroy  [-- --name NAME] [--yes]

The E-Maintenance system on this machine's Docker Engine, run from its source: a saved file is live.

  dev            starts what does not run, then follows the logs until Ctrl-C; the containers keep running
  dev:stop       stops and removes the containers; the data stay
  dev:reset      empties the data (database, cache, uploads) after a question, and starts anew
  dev:destroy    removes containers, network and volumes, after a question about the data

  --source FOLDER        the application (default: EMAINTENANCE_SOURCE, ../Emaintenance, or the sample in rehearsal/app)
  --only infrastructure  only PostgreSQL and Redis
  --on-host SERVICE      leave this service to you: the gateway leads to your machine. Several times for several services
  --name NAME            a system of its own beside the usual one; needs other ports
  --port-offset N        added to every port of this machine
  --poll                 look at files again and again, where changes do not get into containers by themselves
  --seed                 load the sample data again, also into data that have it
  --no-follow            return once the system answers
  --raw                  show log lines as the services write them
  --yes                  answer the question with yes
  --help                 this text
`;

const VERBS = ["up", "stop", "reset", "destroy"] as const;
export type Verb = (typeof VERBS)[number];

export interface Options {
  readonly verb: Verb;
  /** Absolute. @default as the environment and the folders say */
  readonly source?: string;
  readonly only?: "infrastructure";
  readonly onHost: readonly string[];
  readonly name?: string;
  readonly portOffset: number;
  readonly poll: boolean;
  readonly seed: boolean;
  readonly follow: boolean;
  readonly raw: boolean;
  readonly yes: boolean;
}

/** Which options a verb knows, beside --name and --help. */
const KNOWN: Readonly<Record<Verb, readonly string[]>> = {
  up: ["source", "only", "on-host", "port-offset", "poll", "seed", "no-follow", "raw"],
  stop: [],
  reset: ["yes"],
  destroy: ["yes"],
};

/** Leaves room above the highest port, 9232. */
const HIGHEST_OFFSET = 56_000;

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
      source: { type: "string" },
      only: { type: "string" },
      "on-host": { type: "string", multiple: true },
      name: { type: "string" },
      "port-offset": { type: "string" },
      poll: { type: "boolean" },
      seed: { type: "boolean" },
      "no-follow": { type: "boolean" },
      raw: { type: "boolean" },
      yes: { type: "boolean" },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help) return "help";
  const [verb, ...more] = positionals;
  if (!isVerb(verb))
    throw new Error(`expected one of ${VERBS.join(", ")}, got ${verb ?? "nothing"}: see --help`);
  for (const token of tokens) {
    if (token.kind === "option" && ![...KNOWN[verb], "name"].includes(token.name)) {
      throw new Error(
        `unknown option ${token.rawName} for ${verb === "up" ? "dev" : `dev:${verb}`}: see --help`,
      );
    }
  }
  if (more[0] !== undefined) throw new Error(`unexpected word "${more[0]}": see --help`);
  const source = text(values.source, "--source", "a folder, such as --source ../Emaintenance");
  return {
    verb,
    source: source === undefined ? undefined : resolve(source),
    only: checkOnly(text(values.only, "--only", "the word infrastructure")),
    onHost: (values["on-host"] ?? []).map(checkService),
    name: checkName(text(values.name, "--name", "a name, such as --name trial")),
    portOffset: checkOffset(text(values["port-offset"], "--port-offset", "a number, such as 1000")),
    poll: values.poll === true,
    seed: values.seed === true,
    follow: values["no-follow"] !== true,
    raw: values.raw === true,
    yes: values.yes === true,
  };
}

/** An option that takes a text and stands there without one comes as `true`. */
function text(value: unknown, option: string, expected: string): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value === "string" && value !== "") return value;
  throw new Error(`${option} needs ${expected}`);
}

function checkOnly(word: string | undefined): "infrastructure" | undefined {
  if (word === undefined || word === "infrastructure") return word;
  throw new Error(`--only knows the word infrastructure, got "${word}"`);
}

/** Whether there is a service of another name, the stack says: a team may have added it. */
function checkService(word: string | boolean): string {
  const { builtIn } = ServiceCatalogue;
  const isName = typeof word === "string" && /^[a-z][a-z0-9-]*$/.test(word);
  if (isName && builtIn.find(word)?.image !== "official") return word;
  const names = builtIn.application.map(({ name }) => name).join(", ");
  throw new Error(
    `--on-host needs one of ${names}, or a service that main.ts adds, got "${word === true ? "" : word}"`,
  );
}

function checkName(name: string | undefined): string | undefined {
  if (name === undefined || /^[a-z0-9][a-z0-9-]{0,29}$/.test(name)) return name;
  throw new Error(`--name takes up to 30 lower-case letters, digits and dashes, got "${name}"`);
}

function checkOffset(value: string | undefined): number {
  const offset = Number(value ?? 0);
  if (Number.isInteger(offset) && offset >= 0 && offset <= HIGHEST_OFFSET) return offset;
  throw new Error(`--port-offset takes a whole number from 0 to ${HIGHEST_OFFSET}, got "${value}"`);
}

function isVerb(word: string | undefined): word is Verb {
  return VERBS.some((verb) => verb === word);
}
