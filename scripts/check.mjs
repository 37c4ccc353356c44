// `npm run check`: every test of the project, on a machine that has only Node and Terraform. Plain Node, because it
// installs what the rest needs. Cheap checks come first; the first kind that fails does not keep the others from running.
import { spawnSync } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureNodePackages } from "./node-packages.mjs";

const ROOT = join(import.meta.dirname, "..");
const REPORT = join(tmpdir(), `emaintenance-check-${process.pid}.json`);

/** A jest project. Those that share an engine or a host run one file after the other. */
const jest = (project, ...options) => ({
  name: `tests: ${project}`,
  argv: ["npx", "jest", "--selectProjects", project, "--ci", "--json", "--outputFile", REPORT, ...options],
  counts: true,
});

const CHECKS = [
  { name: "types", argv: ["npm", "run", "--silent", "types"] },
  { name: "lint", argv: ["npm", "run", "--silent", "lint"] },
  jest("unit"),
  { name: "machine", argv: ["node", "--import", "tsx", "scripts/prepare-machine.ts"] },
  { name: "shell", argv: ["npm", "run", "--silent", "shell"] },
  jest("engine", "--runInBand"),
  jest("e2e", "--runInBand"),
];

const USAGE = `npm run check [-- NAME...]

Runs every check of the project, or only those whose name holds one of the given words:
${CHECKS.map(({ name }) => `  ${name}`).join("\n")}`;

const words = process.argv.slice(2);
if (words.includes("--help")) {
  console.log(USAGE);
  process.exit(0);
}
const chosen = CHECKS.filter(({ name }) => words.length === 0 || words.some((word) => name.includes(word)));
if (chosen.length === 0) {
  console.error(`no check is called ${words.join(" or ")}.\n\n${USAGE}`);
  process.exit(2);
}

process.chdir(ROOT);
ensureNodePackages(ROOT);

const totals = { passed: 0, failed: 0, skipped: 0 };
const lines = [];
for (const { name, argv, counts } of chosen) {
  console.log(`\n== ${name}`);
  const began = Date.now();
  rmSync(REPORT, { force: true });
  const { status, error } = spawnSync(argv[0], argv.slice(1), {
    stdio: ["ignore", "inherit", "inherit"],
    env: { ...process.env, CHECKPOINT_DISABLE: "1", NODE_OPTIONS: "" },
  });
  const good = status === 0;
  if (error) console.error(error.message);
  if (counts) addCounts(good);
  else totals[good ? "passed" : "failed"] += 1;
  lines.push(`${good ? "ok    " : "FAILED"}  ${name}  (${Math.round((Date.now() - began) / 1000)} s)`);
}
rmSync(REPORT, { force: true });

console.log(`\n${lines.join("\n")}`);
const skipped = totals.skipped > 0 ? `, ${totals.skipped} skipped` : "";
console.log(`\n${totals.passed} passed, ${totals.failed} failed${skipped}`);
process.exit(totals.failed === 0 ? 0 : 1);

/** Adds what jest counted; a run that failed without a failed test (a file that does not load) counts as one. */
function addCounts(good) {
  let report = { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0 };
  try {
    report = JSON.parse(readFileSync(REPORT, "utf8"));
  } catch {
    good = false;
  }
  const nothingRan = report.numPassedTests + report.numFailedTests === 0;
  totals.passed += report.numPassedTests;
  totals.skipped += report.numPendingTests;
  totals.failed += report.numFailedTests || (good && !nothingRan ? 0 : 1);
}
