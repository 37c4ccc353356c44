// `npm run images:update`: the digests that the tags of the official images have now.
import { startCli } from "../lib/start-cli.mjs";

startCli("scripts/images/cli.ts", { needsTerraform: false });
