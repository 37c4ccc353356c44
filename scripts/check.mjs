// `npm run check` and `npm run check:faults`: every test of the project, on a machine that has only Node and Terraform.
import { startCli } from "../lib/start-cli.mjs";

startCli("scripts/check/cli.ts");
