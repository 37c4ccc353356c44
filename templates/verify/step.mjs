// One step of a check: a request, what is expected of the answer, and what is remembered of it. Part of verify.mjs.
import { randomBytes } from "node:crypto";

/** Milliseconds for one request. */
const REQUEST_MS = 15_000;
/** Milliseconds between two tries of a step that may be repeated until it holds. */
const PAUSE_MS = 500;
const EXCERPT = 200;

/** A check that does not hold; its message says why. */
export class Failed extends Error {}
/** A check that cannot be made here. */
export class Skipped extends Error {}

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
export async function run(step, base, variables) {
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
