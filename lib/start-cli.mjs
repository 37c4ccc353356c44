// What every command of this project does before its TypeScript runs. Plain Node, because it installs what the rest needs.
import { spawn, spawnSync } from "node:child_process";
import { join } from "node:path";
import { ensureNodePackages } from "./node-packages.mjs";

const ROOT = join(import.meta.dirname, "..");

/**
 * Runs a TypeScript program of the repository with the words of the command line, and ends as it ends.
 *
 * @param {string} program its path from the root of the repository
 * @param {{ cwd?: string, needsTerraform?: boolean }} options the folder to run in (default: the root), and whether
 *   Terraform must be on the PATH (default: yes)
 */
export function startCli(program, { cwd = ROOT, needsTerraform = true } = {}) {
  ensureNodePackages(ROOT);
  if (needsTerraform && spawnSync("terraform", ["version"], { stdio: "ignore" }).error) {
    console.error("terraform is not on the PATH: install Terraform 1.11 or later, then run this again");
    process.exit(1);
  }
  const child = spawn(
    process.execPath,
    ["--import", import.meta.resolve("tsx"), join(ROOT, program), ...process.argv.slice(2)],
    { cwd, stdio: "inherit" },
  );
  // Ctrl-C reaches the child too, and this process ends with it.
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal));
  child.on("exit", (code, signal) => process.exit(signal ? 130 : code));
}
