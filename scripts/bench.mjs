// `npm run bench`: how long things take. Numbers only: nothing here passes or fails by a time.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { ensureNodePackages } from "./node-packages.mjs";

const ROOT = join(import.meta.dirname, "..");
process.chdir(ROOT);
ensureNodePackages(ROOT);
const { status } = spawnSync("node", ["--import", "tsx", "scripts/bench/bench.ts"], { stdio: "inherit" });
process.exit(status ?? 1);
