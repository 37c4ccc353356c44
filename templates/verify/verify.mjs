// Checks a deployed system as its users would, by what a document says. Plain Node 18 or later, no packages.
//
//   node verify.mjs [--json] [--quiet] [--only TEXT] [--url URL] < document.json
//
// The document, on standard input: {url, username?, password?, targets?: {service: [url...]}, maintenance?, checks: [...]}.
// What a check may say is in constructs/release/verification.ts and docs/verify.md. The table goes to standard error, with
// --json one document {well, url, time, checks: [{name, result, milliseconds, message}]} to standard output.
//
// exit codes: 0 no check has failed, 1 one has, 2 wrong usage
import { randomBytes } from "node:crypto";
import { text } from "node:stream/consumers";
import { Failed, run, Skipped } from "./step.mjs";

/** Milliseconds for all requests together. */
const ALL_MS = 240_000;

/** Where a check asks: the system as everybody sees it, or one service (all its containers) on its own. */
function basesOf(check, { url, targets = {}, maintenance }) {
  if (check.at === undefined) {
    if (maintenance) throw new Skipped("the maintenance page is on");
    return [url];
  }
  const bases = targets[check.at];
  if (targets[check.at] === undefined) throw new Skipped("only on the host: emaintenance verify");
  if (bases.length === 0) throw new Failed(`no container of ${check.at} runs`);
  return bases;
}

async function result(check, document, variables) {
  const began = performance.now();
  const done = (outcome, message = "") => ({
    name: check.name,
    result: outcome,
    milliseconds: Math.round(performance.now() - began),
    message: withoutSecrets(message, variables),
  });
  try {
    for (const base of basesOf(check, document)) {
      for (const step of check.steps) await run(step, base, variables);
    }
    return done("passed");
  } catch (error) {
    if (error instanceof Skipped) return done("skipped", error.message);
    return done("failed", error instanceof Failed ? error.message : String(error.stack));
  }
}

/** What was made is taken away again where the API can; what a check never got to make is not part of it. */
async function cleanUp(checks, document, variables) {
  const left = [];
  for (const check of [...checks].reverse()) {
    for (const step of check.cleanUp ?? []) {
      try {
        for (const base of basesOf(check, document)) await run(step, base, variables);
      } catch (error) {
        if (!(error instanceof Skipped))
          left.push(`${check.name}: ${withoutSecrets(error.message, variables)}`);
      }
    }
  }
  return left;
}

function withoutSecrets(words, variables) {
  const secrets = ["password", "token"]
    .map((name) => variables.get(name))
    .filter((value) => typeof value === "string" && value);
  return secrets.reduce((safe, secret) => safe.replaceAll(secret, "[hidden]"), words);
}

function table(results) {
  const lines = [["CHECK", "RESULT", "TIME", "MESSAGE"]];
  for (const { name, result: outcome, milliseconds, message } of results) {
    lines.push([name, outcome, outcome === "skipped" ? "-" : `${milliseconds} ms`, message]);
  }
  const widths = [0, 1, 2].map((column) => Math.max(...lines.map((line) => line[column].length)));
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

function optionsOf(words) {
  const options = { json: false, quiet: false, only: "", url: undefined };
  for (let position = 0; position < words.length; position += 1) {
    const word = words[position];
    const value = () => {
      position += 1;
      if (words[position] === undefined) usage(`${word} needs a value`);
      return words[position];
    };
    if (word === "--json") options.json = true;
    else if (word === "--quiet") options.quiet = true;
    else if (word === "--only") options.only = value().toLowerCase();
    else if (word === "--url") options.url = value();
    else usage(`unknown option ${word}`);
  }
  return options;
}

function usage(problem) {
  console.error(
    `verify: ${problem}. Expected: node verify.mjs [--json] [--quiet] [--only TEXT] [--url URL] < document.json`,
  );
  process.exit(2);
}

async function main() {
  const options = optionsOf(process.argv.slice(2));
  const given = JSON.parse(await text(process.stdin));
  const document = { ...given, url: options.url ?? given.url };
  const checks = document.checks;
  if (!Array.isArray(checks) || document.url === undefined) usage("the document has no checks or no url");
  setTimeout(() => {
    console.error(`verify: not finished after ${ALL_MS / 1000} s, ended`);
    process.exit(1);
  }, ALL_MS).unref();

  const variables = new Map([["run", `verify-${randomBytes(4).toString("hex")}`]]);
  for (const name of ["username", "password"]) if (document[name]) variables.set(name, document[name]);

  // A check that is not asked for still runs where one that is needs what it captures: so all run, and only those count.
  const results = [];
  for (const check of checks) results.push(await result(check, document, variables));
  const left = await cleanUp(checks, document, variables);

  const chosen = results.filter(({ name }) => name.toLowerCase().includes(options.only));
  if (chosen.length === 0)
    usage(
      `no check is called like "${options.only}"; there are: ${checks.map(({ name }) => name).join(", ")}`,
    );
  const well = chosen.every(({ result: outcome }) => outcome !== "failed");
  if (!options.quiet) {
    console.error(table(chosen));
    for (const words of left) console.error(`left behind, ${words}`);
  }
  if (options.json)
    console.log(JSON.stringify({ well, url: document.url, time: new Date().toISOString(), checks: chosen }));
  process.exitCode = well ? 0 : 1;
}

await main();
