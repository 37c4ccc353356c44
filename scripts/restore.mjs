// `npm run restore`: the whole system on an empty VM, from a backup.
import { startCli } from "../lib/start-cli.mjs";

startCli("scripts/restore/cli.ts");
