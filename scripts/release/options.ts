import { CommandLine, type Help, yes } from "../../lib/command-line";

export type Verb = "release" | "rollback" | "verify" | "maintenance";

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

const ABOUT =
  "Releases of the E-Maintenance system. All commands work in the folder in which they are called, or in the one above it that " +
  "holds cdktf.json.";

const EXIT_CODES = `exit codes: 0 done
            1 it failed. After release: the last good release serves again, or nothing was changed
            2 wrong usage
            3 it failed, and so did the rollback: the operator has to act now
          130 interrupted: run it again
`;

function declare(): CommandLine {
  const line = CommandLine.of("release", ABOUT, EXIT_CODES);
  const release = line.verb(
    "release",
    "deploys: shows the plan, asks, applies it, and lets the new release be checked. Where that fails, it says why, and rolls back " +
      "to the last good release by itself",
  );
  yes(withStack(release))
    .value("--release <ID>", "name of the release (default: the git commit, -dirty where files differ)", {
      expected: 'up to 128 letters, digits, "_", "." and "-", such as 2026.11.1',
      // A Docker tag. Source: the distribution project's reference grammar.
      accepts: (name) => /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/.test(name),
    })
    .value("--images <FILE>", "JSON with image references by service, which win over the variable IMAGES", {
      expected: "a file, such as images.json",
    });
  const rollback = line.verb("rollback", "rolls back to the release before the one in use, or to RELEASE");
  yes(withStack(rollback)).optionalWord("RELEASE", "`emaintenance releases` on the host lists them");
  withStack(line.verb("verify", "runs the checks of a deploy from here, through the public address"))
    .value("--url <URL>", "check this address (default: NEXT_PUBLIC_API_URL)", {
      expected: "an address, such as http://203.0.113.10:3030",
    })
    .value("--only <TEXT>", "only the checks with this text in their names", { expected: "a text" })
    .flag("--json", "for programs");
  withStack(line.verb("maintenance", "shows visitors a page instead of the system"))
    .word("WHAT", "on, off or status", "maintenance needs on, off or status, got nothing", {
      expected: "on, off or status",
      accepts: (what) => {
        if (["on", "off", "status"].includes(what)) return true;
        throw new Error(`maintenance needs on, off or status, got ${JSON.stringify(what)}`);
      },
    })
    .optionalWord("TEXT", "what the page says, after on")
    .flag("--json", "for programs");
  return line;
}

/** The first word of a command that works on a deployment. */
export function withStack(line: CommandLine, script = line.name()): CommandLine {
  return line.word("STACK", "prod", `which stack? npm run ${script} -- prod`, {
    expected: "prod",
    accepts: (stack) => {
      if (stack === "prod") return true;
      throw new Error(`there is no stack ${JSON.stringify(stack)} to ${script}: expected prod`);
    },
  });
}

/** @throws UsageError with a sentence about the word that is wrong */
export function parseOptions(argv: readonly string[]): Options | Help {
  const said = declare().read(argv);
  if ("help" in said) return said;
  const [stack = "", ...words] = said.words;
  return {
    verb: said.verb as Verb,
    stack,
    words,
    yes: said.flag("yes"),
    release: said.text("release"),
    images: said.text("images"),
    url: said.text("url"),
    only: said.text("only"),
    json: said.flag("json"),
  };
}
