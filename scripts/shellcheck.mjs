// Checks every shell script of the repository, those inside templates included, with shellcheck; and those that run on the
// host, as root or for it, by the rule of scripts/shell-rules.mjs.
import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { checkShellRules } from "./shell-rules.mjs";

const tracked = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
  encoding: "utf8",
}).split("\0");

const isShell = (file) => {
  if (file.endsWith(".sh")) return true;
  if (/\.[A-Za-z]+$/.test(file)) return false;
  return /^#!.*\b(ba|da)?sh\b/.test(readFileSync(file, "utf8").slice(0, 100));
};
const scripts = tracked.filter((file) => file !== "" && isShell(file));
const { status, error } = spawnSync("shellcheck", scripts, { stdio: "inherit" });
if (error) {
  console.error(`shellcheck cannot run: ${error.message}. Install it (Debian: apt-get install shellcheck).`);
  process.exit(1);
}
console.log(`shellcheck: ${scripts.length} scripts`);
const onTheHost = scripts.filter((file) => /^(templates|scripts)\//.test(file));
const findings = checkShellRules(onTheHost);
console.log(`shell rules: ${onTheHost.length} scripts, ${findings} findings`);
process.exit((status ?? 1) || (findings > 0 ? 1 : 0));
