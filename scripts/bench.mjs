// `npm run bench [-- local]`: how long things take, in production or in development. Numbers only: nothing here passes or
// fails by a time.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { ensureNodePackages } from "./node-packages.mjs";

const ROOT = join(import.meta.dirname, "..");
process.chdir(ROOT);
ensureNodePackages(ROOT);
const program = process.argv[2] === "local" ? "local" : "bench";
const argv = ["--import", "tsx", `scripts/bench/${program}.ts`];
const { status } = spawnSync("node", argv, { stdio: "inherit" });
process.exit(status ?? 1);
