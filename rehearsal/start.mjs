// `npm run rehearse`, `rehearse:down` and `rehearse:status`.
import { startCli } from "../lib/start-cli.mjs";

startCli("rehearsal/cli.ts", { needsTerraform: process.argv[2] === "up" });
