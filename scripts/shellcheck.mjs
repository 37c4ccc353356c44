// Checks every shell script of the repository, those inside templates included, with shellcheck; those that run on the host, as
// root or for it, by the rules of scripts/shell-rules.mjs; and whether jq can read its programs.
import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { checkShellRules } from "./shell-rules.mjs";

/** Where jq looks for what its programs include. */
const JQ_LIBRARY = "templates/operator/lib/jq";
/** Exit code of jq if a program cannot be read. */
const NO_PROGRAM = 3;

const tracked = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
  encoding: "utf8",
}).split("\0");

/** Ends the check if a program is missing. */
function requireStarted(program, error) {
  if (!error) return;
  console.error(`${program} cannot run: ${error.message}. Install it (Debian: apt-get install ${program}).`);
  process.exit(1);
}

const isShell = (file) => {
  if (file.endsWith(".sh")) return true;
  if (/\.[A-Za-z]+$/.test(file)) return false;
  return /^#!.*\b(ba|da)?sh\b/.test(readFileSync(file, "utf8").slice(0, 100));
};

/** Whether jq can read a program; every variable that it has is given to it. */
function isReadable(file) {
  const names = new Set([...readFileSync(file, "utf8").matchAll(/\$([a-z]\w*)/gi)].map(([, name]) => name));
  const values = [...names].flatMap((name) => ["--argjson", name, "null"]);
  const { status, stderr, error } = spawnSync("jq", ["-n", "-L", JQ_LIBRARY, ...values, "-f", file], {
    encoding: "utf8",
    input: "",
  });
  requireStarted("jq", error);
  if (status !== NO_PROGRAM) return true;
  console.error(`${file}: ${stderr.trim()}`);
  return false;
}

const present = tracked.filter((file) => file !== "");
const scripts = present.filter(isShell);
const { status, error } = spawnSync("shellcheck", scripts, { stdio: "inherit" });
requireStarted("shellcheck", error);
console.log(`shellcheck: ${scripts.length} scripts`);
const programs = present.filter((file) => file.endsWith(".jq"));
const unreadable = programs.filter((file) => !isReadable(file)).length;
console.log(`jq: ${programs.length} programs, ${unreadable} that it cannot read`);
const onTheHost = present.filter(
  (file) =>
    (/^(templates|scripts)\//.test(file) && isShell(file)) ||
    /^templates\/.*\.(jq|mjs|cjs|sh\.eta)$/.test(file),
);
const findings = checkShellRules(onTheHost, isShell);
console.log(`shell rules: ${onTheHost.length} scripts, ${findings} findings`);
process.exit((status ?? 1) || (findings + unreadable > 0 ? 1 : 0));
