// `npm run bench [-- local | releases | backups]`: how long things take: in production, in development, of releases and of backups while
// 16 clients use the system. Numbers only: nothing here passes or
// fails by a time.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { ensureNodePackages } from "../lib/node-packages.mjs";

const ROOT = join(import.meta.dirname, "..");
process.chdir(ROOT);
ensureNodePackages(ROOT);
const [word = "bench"] = process.argv.slice(2);
const program = ["local", "releases", "backups"].includes(word) ? word : "bench";
const argv = ["--import", "tsx", `scripts/bench/${program}.ts`];
const { status } = spawnSync("node", argv, { stdio: "inherit" });
process.exit(status ?? 1);
