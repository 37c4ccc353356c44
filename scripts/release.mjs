// `npm run release`, `rollback`, `verify` and `maintenance`.
import { startCli } from "../lib/start-cli.mjs";

startCli("scripts/release/cli.ts");
