// `npm run release`, `rollback`, `verify` and `maintenance`.
import { startCli } from "./start-cli.mjs";

startCli("scripts/release/cli.ts");
