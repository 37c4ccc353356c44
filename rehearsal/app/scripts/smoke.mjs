// Walks through the whole system as a user would, through its gateway: node scripts/smoke.mjs http://host:3030
//
// SMOKE_USER (default "smoke") and SMOKE_PASSWORD (no default) say who logs in; who does not exist yet is registered,
// so that the first run on an empty system makes the admin and later runs log in. SMOKE_WAIT_SECONDS (default 60) bounds
// the wait for the first answer. Prints one line of JSON with what it made, or one sentence on stderr and exits 1.
import { createHash, randomBytes, randomUUID } from "node:crypto";

const REQUEST_TIMEOUT_MS = 30_000;
const POLL_TIMEOUT_MS = 3000;
const POLL_MS = 500;

class Failure extends Error {}

function settings() {
  const [baseUrl] = process.argv.slice(2);
  if (baseUrl === undefined || !URL.canParse(baseUrl) || !/^https?:/.test(baseUrl)) {
    throw new Failure("usage: SMOKE_PASSWORD=... node scripts/smoke.mjs http://host:port");
  }
  const password = process.env.SMOKE_PASSWORD;
  if (!password)
    throw new Failure("SMOKE_PASSWORD is missing: the password of the user to log in or register");
  return {
    baseUrl,
    username: process.env.SMOKE_USER || "smoke",
    password,
    waitSeconds: Number(process.env.SMOKE_WAIT_SECONDS || 60),
  };
}

/**
 * Fetches an answer with its body. The timer is an ordinary one: that of `AbortSignal.timeout` does not keep the process
 * alive, which would then end without a word while a connection hangs.
 */
async function fetchWithin(limitMs, url, options = {}) {
  const controller = new AbortController();
  const timer = setTimeout(
    () => controller.abort(new Error(`no answer within ${limitMs / 1000} s`)),
    limitMs,
  );
  try {
    const answer = await fetch(url, { ...options, signal: controller.signal });
    const bytes = Buffer.from(await answer.arrayBuffer());
    return { ok: answer.ok, status: answer.status, bytes };
  } catch (error) {
    throw new Failure(error.cause?.message || error.cause?.code || error.message, { cause: error });
  } finally {
    clearTimeout(timer);
  }
}

/** Polls the page until it answers. */
async function waitFor(url, seconds) {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    let last;
    try {
      const answer = await fetchWithin(POLL_TIMEOUT_MS, url);
      if (answer.ok) return;
      last = `it answers ${answer.status}`;
    } catch (error) {
      last = error.message;
    }
    if (Date.now() > end) throw new Failure(`${url} is not there after ${seconds} s: ${last}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** A client of the API that fails with a sentence unless the answer has the expected status. */
function client(baseUrl) {
  const api = async (method, path, { body, expected = 200, accept = [], token = api.token } = {}) => {
    const form = body instanceof FormData;
    const request = {
      method,
      headers: {
        "x-request-id": `smoke-${randomUUID()}`,
        ...(body && !form && { "content-type": "application/json" }),
        ...(token && { authorization: `Bearer ${token}` }),
      },
      body: form || !body ? body : JSON.stringify(body),
    };
    const answer = await fetchWithin(REQUEST_TIMEOUT_MS, new URL(path, baseUrl), request).catch((error) => {
      throw new Failure(`${method} ${path} got no answer: ${error.message}`);
    });
    const { bytes } = answer;
    const json = () => {
      try {
        return JSON.parse(bytes.toString("utf8"));
      } catch {
        throw new Failure(
          `${method} ${path} answered ${answer.status} without JSON: ${bytes.toString("utf8").slice(0, 200)}`,
        );
      }
    };
    if (answer.status !== expected && !accept.includes(answer.status)) {
      throw new Failure(
        `${method} ${path} answered ${answer.status}, expected ${expected}: ${bytes.toString("utf8").slice(0, 300)}`,
      );
    }
    return { status: answer.status, bytes, json };
  };
  return api;
}

function check(condition, sentence) {
  if (!condition) throw new Failure(sentence);
}

async function logIn(api, username, password) {
  const attempt = () => api("POST", "/api/auth/login", { body: { username, password }, accept: [401] });
  let answer = await attempt();
  let registered = false;
  if (answer.status === 401) {
    const registration = await api("POST", "/api/auth/register", {
      body: { username, password, name: "Smoke Test" },
      expected: 201,
      accept: [403, 404, 409],
    });
    check(registration.status !== 409, `the user ${username} exists, but with another password`);
    check(registration.status === 201, `the user ${username} does not exist, and registration is closed`);
    registered = true;
    answer = await attempt();
    check(answer.status === 200, `the user ${username} was registered, but cannot log in`);
  }
  return { ...answer.json(), registered };
}

async function upload(api, path) {
  const content = randomBytes(256 * 1024);
  const sha256 = createHash("sha256").update(content).digest("hex");
  const fileName = "Prüfbericht Ölpumpe.bin";
  const form = new FormData();
  form.append("files", new Blob([content], { type: "application/octet-stream" }), fileName);
  const [attachment] = (await api("POST", path, { body: form, expected: 201 })).json().attachments;
  check(
    attachment?.sha256 === sha256,
    `${path} says sha256 ${attachment?.sha256} of a file that has ${sha256}`,
  );
  check(attachment.fileName === fileName, `${path} changed the file name to ${attachment.fileName}`);

  const listed = (await api("GET", path)).json().attachments;
  check(
    listed.some(({ id }) => id === attachment.id),
    `${path} does not list the uploaded file`,
  );
  const { bytes } = await api("GET", `${path}/${attachment.id}`);
  const downloaded = createHash("sha256").update(bytes).digest("hex");
  check(
    downloaded === sha256,
    `the download of ${path}/${attachment.id} has sha256 ${downloaded}, the upload had ${sha256}`,
  );
  return { id: attachment.id, sha256 };
}

async function smoke() {
  const { baseUrl, username, password, waitSeconds } = settings();
  await waitFor(new URL("/", baseUrl), waitSeconds);
  const start = performance.now();
  const api = client(baseUrl);

  const { token, user, registered } = await logIn(api, username, password);
  api.token = token;
  const me = (await api("GET", "/api/auth/me")).json().user;
  check(me.id === user.id, "/api/auth/me is another user than the one who logged in");
  await api("GET", "/api/work-orders", { token: "nonsense", expected: 401 });

  const code = `SMOKE-${randomBytes(4).toString("hex")}`;
  const { asset } = (
    await api("POST", "/api/assets", { body: { code, name: "Oil pump", location: "Hall 1" }, expected: 201 })
  ).json();
  const assetFile = await upload(api, `/api/assets/${asset.id}/attachments`);

  const { workOrder } = (
    await api("POST", "/api/work-orders", {
      body: {
        title: `Check ${code}`,
        description: "Made by the smoke test",
        assetId: asset.id,
        priority: "high",
      },
      expected: 201,
    })
  ).json();
  const path = `/api/work-orders/${workOrder.id}`;
  const assigned = (await api("POST", `${path}/assign`, { body: { assigneeId: user.id } })).json().workOrder;
  check(
    assigned.assigneeId === user.id && assigned.status === "assigned",
    "the assignment does not show in the work order",
  );
  const file = await upload(api, `${path}/attachments`);
  check((await api("GET", path)).json().workOrder.assigneeId === user.id, "the assignment was not stored");

  const lists = {
    "/api/work-orders": ({ workOrders }) => workOrders.some(({ id }) => id === workOrder.id),
    "/api/assets": ({ assets }) => assets.some(({ id }) => id === asset.id),
    "/api/users?limit=200": ({ users }) => users.some(({ id }) => id === user.id),
    "/api/notifications": ({ notifications }) =>
      notifications.some(({ workOrderId }) => workOrderId === workOrder.id),
    "/api/assignment-rules": ({ assignmentRules }) => Array.isArray(assignmentRules),
  };
  for (const [list, contains] of Object.entries(lists)) {
    check(contains((await api("GET", list)).json()), `${list} does not list what was made`);
  }

  // A logout ends its own session at once, and no other.
  const second = await logIn(api, username, password);
  await api("POST", "/api/auth/logout", { token: second.token, expected: 204 });
  await api("GET", "/api/auth/me", { token: second.token, expected: 401 });
  await api("GET", "/api/auth/me");

  return {
    ok: true,
    user: { id: user.id, username: user.username, role: user.role, registered },
    assetId: asset.id,
    assetAttachmentId: assetFile.id,
    workOrderId: workOrder.id,
    attachmentId: file.id,
    sha256: file.sha256,
    milliseconds: Math.round(performance.now() - start),
  };
}

try {
  console.log(JSON.stringify(await smoke()));
} catch (error) {
  console.error(`smoke: ${error instanceof Failure ? error.message : error.stack}`);
  process.exitCode = 1;
}
