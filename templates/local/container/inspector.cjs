// Loaded before every Node program of a development container (NODE_OPTIONS). Opens the inspector in the service itself, and
// not in npm, a watcher or a health check, which all are Node programs too: so any dev command can be debugged as it is.
"use strict";
const { isMainThread } = require("node:worker_threads");

const RETRY_MS = 200;
const RETRIES = 50;

const port = Number(process.env.EMAINTENANCE_INSPECT_PORT ?? 0);
const program = process.argv[1] ?? "";
const watches = process.execArgv.some((option) => option.startsWith("--watch"));
const ofTheSource =
  program.startsWith(`${process.env.EMAINTENANCE_SOURCE_FOLDER}/`) && !program.includes("/node_modules/");
const nextServer = program.endsWith("/next/dist/server/lib/start-server.js");

if (isMainThread && port > 0 && !watches && (ofTheSource || nextServer)) {
  open(RETRIES);
}

/** The process before this one may still hold the port for a short time. */
function open(retries) {
  const inspector = require("node:inspector");
  if (inspector.url() !== undefined) return;
  try {
    inspector.open(port, "0.0.0.0");
  } catch (error) {
    if (retries > 0) setTimeout(open, RETRY_MS, retries - 1).unref();
    else console.error(`the inspector cannot listen on port ${port}: ${error.message}`);
  }
}
