// `npm run dev`, `dev:stop`, `dev:reset` and `dev:destroy`.
import { startCli } from "../lib/start-cli.mjs";

// Not in the folder of this project: relative paths of options are those of the caller.
startCli("scripts/dev/cli.ts", { cwd: process.env.INIT_CWD ?? process.cwd() });
