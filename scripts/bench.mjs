// `npm run bench [-- local | releases]`: how long things take, in production, in development, or while 16 clients use the system
// that is released. Numbers only: nothing here passes or
// fails by a time.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { ensureNodePackages } from "./node-packages.mjs";

const ROOT = join(import.meta.dirname, "..");
process.chdir(ROOT);
ensureNodePackages(ROOT);
const [word = "bench"] = process.argv.slice(2);
const program = ["local", "releases"].includes(word) ? word : "bench";
const argv = ["--import", "tsx", `scripts/bench/${program}.ts`];
const { status } = spawnSync("node", argv, { stdio: "inherit" });
process.exit(status ?? 1);
