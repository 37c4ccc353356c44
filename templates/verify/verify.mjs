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

/** Milliseconds for one request, and for all of them together. */
const REQUEST_MS = 15_000;
const ALL_MS = 240_000;
/** Milliseconds between two tries of a step that may be repeated until it holds. */
const PAUSE_MS = 500;
const EXCERPT = 200;

class Failed extends Error {}
class Skipped extends Error {}

// ---- Values ---------------------------------------------------------------------------------------------------------

/** `{{name}}` becomes the value; a text that is nothing else keeps the value's type. */
function filled(value, variables) {
  if (Array.isArray(value)) return value.map((one) => filled(one, variables));
  if (value !== null && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, filled(one, variables)]));
  }
  if (typeof value !== "string") return value;
  const whole = /^\{\{(\w+)\}\}$/.exec(value);
  if (whole) return variableOf(whole[1], variables);
  return value.replace(/\{\{(\w+)\}\}/g, (_all, name) => String(variableOf(name, variables)));
}

function variableOf(name, variables) {
  if (variables.has(name)) return variables.get(name);
  if (name === "username" || name === "password") {
    throw new Skipped("it needs a login: set VERIFY_USERNAME and VERIFY_PASSWORD");
  }
  throw new Skipped(`it needs {{${name}}}, which no check before it has captured`);
}

/** `workOrder.id`, `items.0.name`; undefined where there is no such value. */
function valueAt(json, path) {
  return path
    .split(".")
    .reduce((value, key) => (value === null || value === undefined ? undefined : value[key]), json);
}

const shown = (value) => (value === undefined ? "nothing" : JSON.stringify(value));

// ---- One step -------------------------------------------------------------------------------------------------------

function bodyOf({ json, form }) {
  if (json !== undefined)
    return { body: JSON.stringify(json), headers: { "content-type": "application/json" } };
  if (form === undefined) return { headers: {} };
  const data = new FormData();
  for (const [field, value] of Object.entries(form)) {
    if (typeof value === "object") {
      data.append(
        field,
        new Blob([randomBytes(value.bytes)], { type: "application/octet-stream" }),
        value.fileName,
      );
    } else {
      data.append(field, String(value));
    }
  }
  return { body: data, headers: {} };
}

async function answerTo(base, step) {
  const [method, path] = step.request.split(" ");
  const { body, headers } = bodyOf(step);
  const began = performance.now();
  // The timer of AbortSignal.timeout does not keep Node alive, which would end without a word while a connection hangs.
  const controller = new AbortController();
  const timer = setTimeout(
    () => controller.abort(new Error(`no answer within ${REQUEST_MS / 1000} s`)),
    REQUEST_MS,
  );
  try {
    const response = await fetch(new URL(path, base), {
      method,
      body,
      headers: { ...headers, ...step.headers },
      redirect: "manual",
      signal: controller.signal,
    });
    const words = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      words,
      milliseconds: performance.now() - began,
    };
  } catch (error) {
    throw new Failed(
      `${method} ${path} got no answer: ${error.cause?.message || error.cause?.code || error.message}`,
    );
  } finally {
    clearTimeout(timer);
  }
}

function jsonOf({ words }) {
  try {
    return JSON.parse(words);
  } catch {
    return undefined;
  }
}

/** What differs from what is expected, in words; undefined where nothing does. */
function difference(answer, expect) {
  const statuses = [expect.status ?? 200].flat();
  if (!statuses.includes(answer.status)) {
    const words = answer.words.replace(/\s+/g, " ").trim().slice(0, EXCERPT);
    return `answered ${answer.status}, expected ${statuses.join(" or ")}${words && `: ${words}`}`;
  }
  for (const [name, pattern] of Object.entries(expect.headers ?? {})) {
    const value = answer.headers.get(name);
    if (!new RegExp(pattern, "i").test(value ?? "")) {
      return `has the header ${name}: ${value ?? "none"}, expected ${pattern}`;
    }
  }
  if (expect.contains !== undefined && !answer.words.includes(expect.contains)) {
    return `does not contain ${shown(expect.contains)}`;
  }
  for (const [path, value] of Object.entries(expect.json ?? {})) {
    const found = valueAt(jsonOf(answer), path);
    if (JSON.stringify(found) !== JSON.stringify(value)) {
      return `has ${shown(found)} at ${path}, expected ${shown(value)}`;
    }
  }
  const limit = expect.withinMilliseconds;
  if (limit !== undefined && answer.milliseconds > limit) {
    return `took ${Math.round(answer.milliseconds)} ms, expected at most ${limit} ms`;
  }
  return undefined;
}

/** Asks once, or as often as `repeat` says, or again and again until it holds or `retrySeconds` are over. */
async function run(step, base, variables) {
  const wanted = filled(step, variables);
  const end = Date.now() + (wanted.retrySeconds ?? 0) * 1000;
  for (let passed = 0; passed < (wanted.repeat ?? 1);) {
    let wrong;
    try {
      const answer = await answerTo(base, wanted);
      const found = difference(answer, wanted.expect ?? {});
      wrong = found && new Failed(`${wanted.request} ${found}`);
      if (!wrong) capture(answer, step, variables);
    } catch (error) {
      wrong = error;
    }
    if (!wrong) passed += 1;
    else if (Date.now() >= end) throw wrong;
    else await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}

function capture(answer, step, variables) {
  for (const [name, path] of Object.entries(step.capture ?? {})) {
    const value = valueAt(jsonOf(answer), path);
    if (value === undefined)
      throw new Failed(`${step.request} has nothing at ${path}, where {{${name}}} should come from`);
    variables.set(name, value);
  }
}

// ---- All checks -----------------------------------------------------------------------------------------------------

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

/** What was made is taken away again where the API can; what a check never got to make is none of it. */
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
