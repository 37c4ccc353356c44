import { join } from "node:path";
import { CommandLine, type Help, runProgram } from "../../lib/command-line";
import { updateImages } from "./update";

const FILE = join(__dirname, "../../constructs/images/official-images.json");

const ABOUT =
  "Asks the registry which digests the tags of the official images have now, and writes them to " +
  "constructs/images/official-images.json. The next deployment is another release: PostgreSQL, Redis and the gateway are " +
  "replaced where their image is another one. Commit the file once it has gone well.";

const EXIT_CODES = `exit codes: 0 done
            1 it failed; with --check also: a tag has another digest
            2 wrong usage
`;

function parse(argv: readonly string[]): { readonly check: boolean } | Help {
  const said = CommandLine.of("images:update", ABOUT, EXIT_CODES).flag("--check", "write nothing").read(argv);
  return "help" in said ? said : { check: said.flag("check") };
}

void runProgram(parse, async ({ check }) => {
  const changed = await updateImages({ file: FILE, write: !check, say: (line) => console.log(line) });
  return check && changed > 0 ? 1 : 0;
}).then((code) => process.exit(code));
