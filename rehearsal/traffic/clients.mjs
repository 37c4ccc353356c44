// Keep-alive clients that use the system through its gateway until their standard input ends:
//   node rehearsal/traffic/clients.mjs http://host:3030
//
// TRAFFIC_USER and TRAFFIC_PASSWORD say who logs in. Prints "ready" when all clients have had their first answer, and at the end
// one line of JSON: {requests, created, seconds, times, failed: [{at, request, why}]}: `times` in milliseconds, one a request, `at` in
// ISO form, `created` the work orders that were confirmed.
// A request is never sent twice: what a real client would have to repeat is a failure here.
import { Agent, request } from "node:http";
import { setTimeout as pause } from "node:timers/promises";

const CLIENTS = 16;
/** Between two requests of one client: some 60 requests a second together, so that a small host has room for the release. */
const PAUSE_MS = 250;
const ANSWER_MS = 30_000;
/** However long the input stays open. */
const LIMIT_MS = 30 * 60_000;

const [base] = process.argv.slice(2);
const { TRAFFIC_USER: username, TRAFFIC_PASSWORD: password } = process.env;

function ask(agent, method, path, { token, json } = {}) {
  const body = json && JSON.stringify(json);
  return new Promise((resolve, reject) => {
    const sent = request(
      new URL(path, base),
      {
        agent,
        method,
        timeout: ANSWER_MS,
        headers: {
          ...(token && { authorization: `Bearer ${token}` }),
          ...(body && { "content-type": "application/json", "content-length": Buffer.byteLength(body) }),
        },
      },
      (answer) => {
        const chunks = [];
        answer.on("data", (chunk) => chunks.push(chunk));
        answer.on("error", reject);
        answer.on("end", () => {
          if (answer.complete) resolve({ status: answer.statusCode, body: Buffer.concat(chunks).toString() });
          else reject(new Error("the answer broke off"));
        });
      },
    );
    sent.on("timeout", () => sent.destroy(new Error(`no answer within ${ANSWER_MS / 1000} s`)));
    sent.on("error", reject);
    sent.end(body);
  });
}

async function prepare() {
  const agent = new Agent();
  const made = async (method, path, options) => {
    const { status, body } = await ask(agent, method, path, options);
    if (status >= 300) throw new Error(`${method} ${path} answered ${status}: ${body.slice(0, 200)}`);
    return JSON.parse(body);
  };
  const { token } = await made("POST", "/api/auth/login", { json: { username, password } });
  const { asset } = await made("POST", "/api/assets", {
    token,
    json: { code: `TRAFFIC-${process.pid}-${Date.now()}`, name: "Conveyor", location: "Hall 2" },
  });
  const order = { title: "Under load", description: "Made by the traffic of a test", assetId: asset.id };
  const { workOrder } = await made("POST", "/api/work-orders", { token, json: order });
  return [
    { method: "GET", path: "/", status: 200 },
    { method: "GET", path: `/api/work-orders/${workOrder.id}`, token, status: 200 },
    { method: "GET", path: `/api/assets/${asset.id}`, token, status: 200 },
    { method: "GET", path: "/api/auth/me", token, status: 200 },
    { method: "POST", path: "/api/work-orders", token, json: order, status: 201 },
  ];
}

const requests = await prepare();
const times = [];
const failed = [];
let created = 0;
const began = Date.now();
let open = true;
process.stdin.on("end", () => (open = false)).resume();
setTimeout(() => (open = false), LIMIT_MS).unref();

async function client(number, answered) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  for (let turn = number; open; turn += 1) {
    const { method, path, status: expected, ...options } = requests[turn % requests.length];
    const start = performance.now();
    const at = new Date().toISOString();
    try {
      const { status, body } = await ask(agent, method, path, options);
      if (status !== expected) throw new Error(`${status} ${body.slice(0, 120)}`);
      if (status === 201) created += 1;
    } catch (error) {
      failed.push({ at, request: `${method} ${path}`, why: error.code ?? error.message });
    }
    times.push(performance.now() - start);
    answered();
    await pause(PAUSE_MS);
  }
  agent.destroy();
}

let waiting = CLIENTS;
const first = () => {
  let done = false;
  return () => {
    if (done) return;
    done = true;
    waiting -= 1;
    if (waiting === 0) console.log("ready");
  };
};
await Promise.all(Array.from({ length: CLIENTS }, (_, number) => client(number, first())));

console.log(
  JSON.stringify({
    requests: times.length,
    created,
    seconds: (Date.now() - began) / 1000,
    times: times.map((time) => Math.round(time * 10) / 10),
    failed,
  }),
);
