import { resolve } from "node:path";
import { ServiceCatalogue } from "../../constructs/services/service-catalogue";
import { CommandLine, type Help } from "../../lib/command-line";

export type Verb = "up" | "stop" | "reset" | "destroy";

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

const ABOUT =
  "The E-Maintenance system on this machine's Docker Engine, run from its source: a saved file is live.";

const EXIT_CODES = `exit codes: 0 done
            1 it failed, for the reason printed
            2 wrong usage
          130 interrupted
`;

/** Leaves room above the highest port, 9232. */
const HIGHEST_OFFSET = 56_000;

const SERVICES = ServiceCatalogue.builtIn.application.map(({ name }) => name).join(", ");

function declare(): CommandLine {
  const line = CommandLine.of("dev", ABOUT, EXIT_CODES);
  line.value("--name <NAME>", "a system of its own in addition to the usual one; needs other ports", {
    expected: "up to 30 lower-case letters, digits and dashes, such as trial",
    accepts: (name) => /^[a-z0-9][a-z0-9-]{0,29}$/.test(name),
  });
  line
    .verb("up", "starts what does not run, then follows the logs until Ctrl-C; the containers stay", "dev")
    .value(
      "--source <FOLDER>",
      "the application (default: EMAINTENANCE_SOURCE, ../Emaintenance, or the sample in rehearsal/app)",
      { expected: "a folder, such as ../Emaintenance" },
    )
    .value("--only <WHAT>", "infrastructure: only PostgreSQL and Redis", {
      expected: "infrastructure",
      accepts: (what) => what === "infrastructure",
    })
    .value(
      "--on-host <SERVICE>",
      "leave this service to you: the gateway leads to your machine. Several times for several services",
      { expected: `one of ${SERVICES}, or a service that main.ts adds`, accepts: mayBeOnHost },
      true,
    )
    .value("--port-offset <N>", "added to every port of this machine", {
      expected: `a whole number from 0 to ${HIGHEST_OFFSET}, such as 1000`,
      accepts: (text) => /^\d{1,5}$/.test(text) && Number(text) <= HIGHEST_OFFSET,
    })
    .flag("--poll", "look at files again and again, where changes do not get into containers by themselves")
    .flag("--seed", "load the sample data again, also into data that have it")
    .flag("--no-follow", "return once the system answers")
    .flag("--raw", "show log lines as the services write them");
  line.verb("stop", "stops and removes the containers; the data stay", "dev:stop");
  line
    .verb(
      "reset",
      "empties the data (database, cache, uploads) after a question, and starts again",
      "dev:reset",
    )
    .flag("-y, --yes", "answer the question with yes");
  line
    .verb(
      "destroy",
      "removes containers, network and volumes, after a question about the data",
      "dev:destroy",
    )
    .flag("-y, --yes", "answer the question with yes");
  return line;
}

/** @throws UsageError with a sentence about the word that is wrong */
export function parseOptions(words: readonly string[]): Options | Help {
  const said = declare().read(words);
  if ("help" in said) return said;
  const source = said.text("source");
  return {
    verb: said.verb as Verb,
    source: source === undefined ? undefined : resolve(source),
    only: said.text("only") as "infrastructure" | undefined,
    onHost: said.texts("onHost"),
    name: said.text("name"),
    portOffset: Number(said.text("portOffset") ?? 0),
    poll: said.flag("poll"),
    seed: said.flag("seed"),
    follow: said.verb !== "up" || said.flag("follow"),
    raw: said.flag("raw"),
    yes: said.flag("yes"),
  };
}

/** Whether there is a service of another name, the stack says: a team may have added it. */
function mayBeOnHost(word: string): boolean {
  return /^[a-z][a-z0-9-]*$/.test(word) && ServiceCatalogue.builtIn.find(word)?.image !== "official";
}
