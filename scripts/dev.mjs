// `npm run dev`, `dev:stop`, `dev:reset` and `dev:destroy`. Plain Node, because it installs what the rest needs.
import { spawn, spawnSync } from "node:child_process";
import { join } from "node:path";
import { ensureNodePackages } from "./node-packages.mjs";

const ROOT = join(import.meta.dirname, "..");

ensureNodePackages(ROOT);
if (spawnSync("terraform", ["version"], { stdio: "ignore" }).error) {
  console.error("terraform is not on the PATH: install Terraform 1.11 or later, then run this again");
  process.exit(1);
}

// Not in the folder of this project: relative paths of options are those of the caller.
const child = spawn(
  process.execPath,
  ["--import", import.meta.resolve("tsx"), join(ROOT, "scripts", "dev", "cli.ts"), ...process.argv.slice(2)],
  { cwd: process.env.INIT_CWD ?? process.cwd(), stdio: "inherit" },
);
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal));
child.on("exit", (code, signal) => process.exit(signal ? 130 : code));
