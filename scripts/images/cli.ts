import { join } from "node:path";
import { updateImages } from "./update";

const FILE = join(__dirname, "../../constructs/images/official-images.json");

const USAGE = `usage: npm run images:update [-- --check]

Asks the registry which digests the tags of the official images have now, and writes them to
constructs/images/official-images.json. The next deployment is another release: PostgreSQL, Redis and the gateway are
replaced where their image is another one. Commit the file once it has gone well.

  --check   write nothing; exit code 1 where a tag has another digest
  --help    this text`;

async function main(argv: readonly string[]): Promise<number> {
  if (argv.includes("--help")) {
    console.log(USAGE);
    return 0;
  }
  const unknown = argv.find((word) => word !== "--check");
  if (unknown !== undefined) {
    console.error(`unknown option ${unknown}: see --help`);
    return 2;
  }
  const check = argv.includes("--check");
  const changed = await updateImages({ file: FILE, write: !check, say: (line) => console.log(line) });
  return check && changed > 0 ? 1 : 0;
}

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error: Error) => {
    console.error(error.message);
    process.exit(1);
  },
);
