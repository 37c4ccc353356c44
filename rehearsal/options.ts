import { CommandLine, type Help } from "../lib/command-line";
import { checkName, DEFAULT_NAME } from "./host/names";

export type Verb = "up" | "down" | "status";

export interface Options {
  readonly verb: Verb;
  /** @default undefined: not said; up and down then mean the rehearsal `default`, status means all */
  readonly name?: string;
  readonly deploy: boolean;
  readonly bare: boolean;
  readonly keepImages: boolean;
  readonly json: boolean;
}

const ABOUT =
  "A rehearsal is an ephemeral host (systemd, sshd, Docker Engine) in a container, and the production stack deployed on it as on " +
  "a real VM.";

const EXIT_CODES = `exit codes: 0 done
            1 it failed, for the reason printed; status --json: there is no rehearsal
            2 wrong usage
`;

function declare(): CommandLine {
  const line = CommandLine.of("rehearse", ABOUT, EXIT_CODES);
  line.value(
    "--name <NAME>",
    `which rehearsal; several can run at the same time (default: ${DEFAULT_NAME})`,
    {
      expected: "the name of a rehearsal, such as trial",
      accepts: (name) => checkName(name) === name,
    },
  );
  line
    .verb(
      "up",
      "makes or reuses the host and the images, and deploys: first some minutes, then seconds",
      "rehearse",
    )
    .flag("--no-deploy", "stop before the deployment")
    .flag("--bare", "a host with sshd and sudo only, which the bootstrap stack has to equip first");
  line
    .verb(
      "down",
      "removes the host, its network, its data and its state, and the images with the last rehearsal",
      "rehearse:down",
    )
    .flag("--keep-images", "leave the images for the next rehearsal");
  line
    .verb("status", "shows the running rehearsals, and where they are", "rehearse:status")
    .flag("--json", "for programs");
  return line;
}

/** @throws UsageError with a sentence about the word that is wrong */
export function parseOptions(words: readonly string[]): Options | Help {
  const said = declare().read(words);
  if ("help" in said) return said;
  return {
    verb: said.verb as Verb,
    name: said.text("name"),
    deploy: said.verb !== "up" || said.flag("deploy"),
    bare: said.flag("bare"),
    keepImages: said.flag("keepImages"),
    json: said.flag("json"),
  };
}
