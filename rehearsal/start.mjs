// `npm run rehearse`, `rehearse:down` and `rehearse:status`.
import { startCli } from "../scripts/start-cli.mjs";

startCli("rehearsal/cli.ts", { needsTerraform: process.argv[2] === "up" });
