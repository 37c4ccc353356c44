// `npm run release`, `rollback`, `verify` and `maintenance`. Plain Node, because it installs what the rest needs.
import { spawn, spawnSync } from "node:child_process";
import { join } from "node:path";
import { ensureNodePackages } from "./node-packages.mjs";

const ROOT = join(import.meta.dirname, "..");

ensureNodePackages(ROOT);
if (spawnSync("terraform", ["version"], { stdio: "ignore" }).error) {
  console.error("terraform is not on the PATH: install Terraform 1.11 or later, then run this again");
  process.exit(1);
}

const child = spawn(
  process.execPath,
  ["--import", "tsx", join(ROOT, "scripts", "release", "cli.ts"), ...process.argv.slice(2)],
  { cwd: ROOT, stdio: "inherit" },
);
// Ctrl-C reaches the child too, and its end is ours.
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal));
child.on("exit", (code, signal) => process.exit(signal ? 130 : code));
