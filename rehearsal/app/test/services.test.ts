import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { readdir, readFile, rename } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { startSystem, until, type Service, type System } from "./system";

const DATABASE_URL = process.env["TEST_DATABASE_URL"];
const REDIS_URL = process.env["TEST_REDIS_URL"];
if (DATABASE_URL === undefined || REDIS_URL === undefined) {
  throw new Error("set TEST_DATABASE_URL and TEST_REDIS_URL to servers that these tests may use");
}

const MISSING_ID = "00000000-0000-4000-8000-000000000000";

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- the shape is what the tests assert
  readonly body: any;
}

async function call(
  service: Service,
  method: string,
  path: string,
  token?: string,
  body?: unknown,
  headers = {},
): Promise<Answer> {
  const answer = await fetch(service.url + path, {
    method,
    headers: {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && !(body instanceof FormData) && { "content-type": "application/json" }),
      ...headers,
    },
    ...(body !== undefined && {
      body: body instanceof FormData || typeof body === "string" ? body : JSON.stringify(body),
    }),
  });
  const text = await answer.text();
  const isJson = answer.headers.get("content-type")?.startsWith("application/json") ?? false;
  return { status: answer.status, headers: answer.headers, body: isJson ? JSON.parse(text) : text };
}

function files(count: number, bytes: number): FormData {
  const form = new FormData();
  for (let index = 0; index < count; index += 1)
    form.append("files", new Blob([new Uint8Array(bytes)]), `file ${index}`);
  return form;
}

describe("the services", () => {
  let system: System;
  let admin: string;
  let technician: string;
  let technicianId: string;

  const logIn = async (username: string, password: string): Promise<string> => {
    const answer = await call(system.users, "POST", "/api/auth/login", undefined, { username, password });
    assert.equal(answer.status, 200);
    return answer.body.token;
  };
  const newWorkOrder = async (
    fields: object = {},
  ): Promise<{ id: string; status: string; assigneeId: string }> => {
    const answer = await call(system.workOrders, "POST", "/api/work-orders", admin, {
      title: "Leaking pump",
      ...fields,
    });
    assert.equal(answer.status, 201);
    return answer.body.workOrder;
  };
  const stored = (kind: string): Promise<string[]> =>
    readdir(join(system.folder, "uploads", kind)).catch(() => []);

  before(async () => {
    system = await startSystem(DATABASE_URL, REDIS_URL);
    const register = (username: string): Promise<Answer> =>
      call(system.users, "POST", "/api/auth/register", undefined, { username, password: "correct horse" });
    // GIVEN five people who register at the same time on an empty system
    const answers = await Promise.all(["ann", "ben", "cleo", "dan", "eve"].map(register));
    const users = answers.map((answer) => answer.body.user);
    const first = users.find(({ role }) => role === "admin");
    const other = users.find(({ role }) => role === "technician");
    // THEN exactly one of them is the admin
    assert.deepEqual(users.map(({ role }) => role).sort(), ["admin", ...Array(4).fill("technician")]);
    admin = await logIn(first.username, "correct horse");
    technician = await logIn(other.username, "correct horse");
    technicianId = other.id;
  });

  after(() => system.stop());

  describe("answer bad requests with a code, a sentence and the request's id", () => {
    const cases: [
      string,
      keyof Pick<System, "users" | "workOrders" | "assets">,
      string,
      string,
      unknown,
      number,
      string,
      RegExp,
    ][] = [
      ["no body", "users", "POST", "/api/auth/register", undefined, 400, "VALIDATION_FAILED", /^body: /],
      [
        "broken JSON",
        "users",
        "POST",
        "/api/auth/login",
        "{",
        400,
        "BAD_REQUEST",
        /^the body is not valid JSON$/,
      ],
      [
        "a short password",
        "users",
        "POST",
        "/api/users",
        { username: "frank", password: "short" },
        400,
        "VALIDATION_FAILED",
        /^password: /,
      ],
      [
        "a taken name",
        "users",
        "POST",
        "/api/users",
        { username: "ANN", password: "long enough" },
        409,
        "CONFLICT",
        /^the user name ann is taken$/,
      ],
      [
        "an invalid id",
        "users",
        "GET",
        "/api/users/1",
        undefined,
        404,
        "NOT_FOUND",
        /^the user does not exist$/,
      ],
      [
        "an unknown user",
        "users",
        "GET",
        `/api/users/${MISSING_ID}`,
        undefined,
        404,
        "NOT_FOUND",
        /^the user does not exist$/,
      ],
      [
        "a page size of 0",
        "users",
        "GET",
        "/api/users?limit=0",
        undefined,
        400,
        "VALIDATION_FAILED",
        /^limit: /,
      ],
      ["a malformed path", "users", "GET", "/api/users/%E0%A4%A", undefined, 400, "BAD_REQUEST", /./],
      [
        "no such route",
        "users",
        "GET",
        "/api/usersfoo",
        undefined,
        404,
        "NOT_FOUND",
        /^GET \/api\/usersfoo does not exist$/,
      ],
      [
        "two wrong fields",
        "workOrders",
        "POST",
        "/api/work-orders",
        { title: " ", priority: "now" },
        400,
        "VALIDATION_FAILED",
        /^title: .*; priority: /,
      ],
      [
        "an unknown asset",
        "workOrders",
        "POST",
        "/api/work-orders",
        { title: "x", assetId: MISSING_ID },
        422,
        "UNPROCESSABLE",
        /does not exist$/,
      ],
      [
        "an unknown assignee",
        "workOrders",
        "POST",
        "/api/assignment-rules",
        { assigneeId: MISSING_ID },
        422,
        "UNPROCESSABLE",
        /^the assignee does not exist$/,
      ],
      [
        "an unknown responsible user",
        "assets",
        "POST",
        "/api/assets",
        { code: "A", name: "a", responsibleId: MISSING_ID },
        422,
        "UNPROCESSABLE",
        /responsible/,
      ],
      [
        "a body that is too large",
        "assets",
        "POST",
        "/api/assets",
        { code: "x".repeat(300_000) },
        413,
        "BODY_TOO_LARGE",
        /large/,
      ],
    ];
    for (const [name, service, method, path, body, status, code, message] of cases) {
      test(name, async () => {
        const answer = await call(system[service], method, path, admin, body, {
          "x-request-id": `test.${code}`,
        });
        assert.equal(answer.status, status);
        assert.equal(answer.body.error.code, code);
        assert.match(answer.body.error.message, message);
        assert.equal(answer.body.error.requestId, `test.${code}`);
        assert.equal(answer.headers.get("x-request-id"), `test.${code}`);
      });
    }
  });

  test("without a session, or with one that has ended, nothing is told", async () => {
    for (const token of [undefined, "nonsense", `${admin.slice(0, -4)}AAAA`]) {
      assert.equal((await call(system.assets, "GET", "/api/assets", token)).status, 401);
    }
    const second = await logIn("ann", "correct horse");
    assert.equal((await call(system.assets, "GET", "/api/assets", second)).status, 200);
    assert.equal((await call(system.users, "POST", "/api/auth/logout", second)).status, 204);
    assert.equal((await call(system.assets, "GET", "/api/assets", second)).status, 401);
  });

  test("only an admin creates users and rules", async () => {
    for (const [service, path] of [
      [system.users, "/api/users"],
      [system.workOrders, "/api/assignment-rules"],
    ] as const) {
      assert.equal((await call(service, "POST", path, technician, {})).status, 403);
    }
  });

  test("ten wrong passwords close a user's login for a while", async () => {
    // A name of this run: the counter in Redis outlives it.
    const username = `nobody-${randomUUID().slice(0, 8)}`;
    const attempt = (): Promise<Answer> =>
      call(system.users, "POST", "/api/auth/login", undefined, { username, password: "x" });
    for (let index = 0; index < 10; index += 1) assert.equal((await attempt()).status, 401);
    assert.equal((await attempt()).status, 429);
  });

  test("a rule assigns a new work order, the most specific one wins, and the assignee is notified", async () => {
    const { body: rule } = await call(system.workOrders, "POST", "/api/assignment-rules", admin, {
      category: "Electrical",
      assigneeId: technicianId,
    });
    assert.equal(rule.assignmentRule.category, "electrical");
    assert.equal((await newWorkOrder()).assigneeId, null);
    const assigned = await newWorkOrder({ category: "electrical", priority: "urgent" });
    assert.equal(assigned.assigneeId, technicianId);
    assert.equal(assigned.status, "assigned");
    const { body } = await call(system.workOrders, "GET", "/api/notifications", technician);
    assert.equal(body.notifications[0].workOrderId, assigned.id);
    const read = await call(
      system.workOrders,
      "POST",
      `/api/notifications/${body.notifications[0].id}/read`,
      technician,
    );
    assert.notEqual(read.body.notification.readAt, null);
  });

  test("a closed work order is not assigned any more", async () => {
    const { id } = await newWorkOrder();
    assert.equal(
      (await call(system.workOrders, "POST", `/api/work-orders/${id}/status`, technician, { status: "done" }))
        .status,
      200,
    );
    const answer = await call(system.workOrders, "POST", `/api/work-orders/${id}/assign`, admin, {
      assigneeId: technicianId,
    });
    assert.equal(answer.status, 409);
  });

  test("five files of 10 MiB are taken; more, larger or wrongly named ones leave nothing behind", async () => {
    const { id } = await newWorkOrder();
    const send = (form: FormData): Promise<Answer> =>
      call(system.workOrders, "POST", `/api/work-orders/${id}/attachments`, admin, form);
    const accepted = await send(files(5, 10 * 1024 * 1024));
    assert.equal(accepted.status, 201);
    assert.equal(accepted.body.attachments.length, 5);
    const before = await stored("work-orders");
    assert.equal(before.length, 5);
    const other = new FormData();
    other.append("file", new Blob(["x"]), "x");
    assert.equal((await send(files(6, 10))).body.error.code, "VALIDATION_FAILED");
    assert.equal((await send(files(1, 10 * 1024 * 1024 + 1))).body.error.code, "FILE_TOO_LARGE");
    assert.equal((await send(other)).body.error.code, "VALIDATION_FAILED");
    assert.equal((await send(new FormData())).status, 400);
    assert.deepEqual(await stored("work-orders"), before);
  });

  test("the files of one work order cannot be had by way of another, and nobody's browser renders them", async () => {
    const [own, other] = [await newWorkOrder(), await newWorkOrder()];
    const form = new FormData();
    form.append("files", new Blob(["<script>"], { type: "text/html" }), 'a"b\u00fc.html');
    const { body } = await call(
      system.workOrders,
      "POST",
      `/api/work-orders/${own.id}/attachments`,
      admin,
      form,
    );
    const [{ id }] = body.attachments;
    assert.equal(
      (await call(system.workOrders, "GET", `/api/work-orders/${other.id}/attachments/${id}`, admin)).status,
      404,
    );
    const download = await call(
      system.workOrders,
      "GET",
      `/api/work-orders/${own.id}/attachments/${id}`,
      admin,
    );
    assert.equal(download.headers.get("content-type"), "application/octet-stream");
    assert.match(download.headers.get("content-disposition") ?? "", /^attachment; filename=/);
    assert.equal(download.headers.get("x-content-type-options"), "nosniff");
  });

  test("CORS_ORIGIN may read, other origins may not", async () => {
    const preflight = await call(system.users, "OPTIONS", "/api/users", undefined, undefined, {
      origin: "http://page.example",
    });
    assert.equal(preflight.status, 204);
    assert.equal(preflight.headers.get("access-control-allow-origin"), "http://page.example");
    const foreign = await call(system.users, "GET", "/api/users", admin, undefined, {
      origin: "http://other.example",
    });
    assert.equal(foreign.headers.get("access-control-allow-origin"), null);
  });

  for (const [wire, check, code] of [
    ["database", "database", "DATABASE_UNAVAILABLE"],
    ["redis", "redis", "CACHE_UNAVAILABLE"],
  ] as const) {
    test(`when the ${wire} goes away the services say so quickly, and recover by themselves`, async () => {
      const ask = (): Promise<Answer> => call(system.workOrders, "GET", "/api/work-orders", admin);
      assert.equal((await ask()).status, 200);
      system[wire].cut();
      const start = performance.now();
      const refused = await ask();
      assert.equal(refused.status, 503);
      assert.equal(refused.body.error.code, code);
      assert.equal(refused.headers.get("retry-after"), "1");
      const health = await call(system.workOrders, "GET", "/health");
      assert.equal(health.status, 503);
      assert.equal(health.body.checks[check].status, "down");
      assert.equal(health.body.checks["user-service"].status, "down");
      assert.ok(performance.now() - start < 8000);
      system[wire].repair();
      await until(`the services use the ${wire} again`, async () => (await ask()).status === 200);
      await until(
        "health is back",
        async () => (await call(system.workOrders, "GET", "/health")).status === 200,
      );
    });
  }

  test("a rotated log file is opened again on SIGHUP", async () => {
    const log = join(system.folder, "logs", "asset-service.log");
    await rename(log, `${log}.1`);
    system.assets.process.kill("SIGHUP");
    await until("the new log has a line", async () => {
      await call(system.assets, "GET", "/api/assets", admin);
      return (await readFile(log, "utf8").catch(() => "")).includes("GET /api/assets");
    });
    for (const line of (await readFile(log, "utf8")).trim().split("\n"))
      assert.equal(JSON.parse(line).service, "asset-service");
  });

  test("no log holds a password or token", () => {
    const all = [system.users, system.workOrders, system.assets].map((service) => service.output()).join("");
    for (const secret of ["correct horse", admin]) assert.ok(!all.includes(secret));
  });

  test("on SIGTERM a request in flight is answered, new connections are refused, and the service ends with 0", async () => {
    const { id } = await newWorkOrder();
    const storedBefore = (await stored("work-orders")).length;
    const boundary = "test-boundary";
    const body = `--${boundary}\r\ncontent-disposition: form-data; name="files"; filename="slow"\r\n\r\nslow content\r\n--${boundary}--\r\n`;
    const { hostname, port } = new URL(system.workOrders.url);
    const socket = connect(Number(port), hostname);
    let received = "";
    socket.on("data", (chunk: Buffer) => (received += chunk.toString()));
    // GIVEN an upload of which one half has been sent
    socket.write(
      `POST /api/work-orders/${id}/attachments HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${admin}\r\n` +
        `content-type: multipart/form-data; boundary=${boundary}\r\ncontent-length: ${body.length}\r\n\r\n${body.slice(0, 90)}`,
    );
    await until("the upload has begun", async () => (await stored("work-orders")).length > storedBefore);
    // WHEN the service is told to stop
    const ended = new Promise((resolve) => system.workOrders.process.once("exit", resolve));
    system.workOrders.process.kill("SIGTERM");
    await until("new connections are refused", () =>
      fetch(`${system.workOrders.url}/health`).then(
        () => false,
        () => true,
      ),
    );
    // THEN the rest is taken, answered and stored, and the process ends
    socket.write(body.slice(90));
    assert.equal(await ended, 0);
    assert.match(received, /^HTTP\/1\.1 201 /);
    assert.match(system.workOrders.output(), /"message":"stopped"/);
  });
});
