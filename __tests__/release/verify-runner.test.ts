import { once } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { defaultChecks } from "../../constructs/release/default-checks";
import type { VerifyCheck } from "../../constructs/release/verify-check";
import { run, type RunResult } from "../../lib/run";

const RUNNER = join(__dirname, "../../templates/verify/verify.mjs");

interface Report {
  readonly well: boolean;
  readonly checks: readonly { readonly name: string; readonly result: string; readonly message: string }[];
}

interface Answer {
  readonly status?: number;
  readonly json?: unknown;
  readonly headers?: Record<string, string>;
}

/** A server that remembers what it was asked, and answers as a test says. */
class FakeSystem {
  readonly asked: { request: string; headers: IncomingMessage["headers"]; body: string }[] = [];
  private readonly server: Server;

  constructor(answer: (request: string, body: string) => Answer) {
    this.server = createServer((request, response) => {
      void buffer(request).then((bytes) => {
        const line = `${request.method} ${request.url}`;
        this.asked.push({ request: line, headers: request.headers, body: bytes.toString("latin1") });
        const { status = 200, json = {}, headers = {} } = answer(line, bytes.toString("utf8"));
        response.writeHead(status, { "content-type": "application/json", connection: "close", ...headers });
        response.end(JSON.stringify(json));
      });
    });
  }

  async url(): Promise<string> {
    if (!this.server.listening) {
      this.server.listen(0, "127.0.0.1");
      await once(this.server, "listening");
    }
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.server.close();
  }
}

const systems: FakeSystem[] = [];
afterEach(() => systems.splice(0).forEach((system) => system.close()));

function systemThat(answer: (request: string, body: string) => Answer): FakeSystem {
  const system = new FakeSystem(answer);
  systems.push(system);
  return system;
}

async function verify(document: object, ...options: string[]): Promise<RunResult & { report: Report }> {
  const result = await run(["node", RUNNER, "--json", ...options], {
    input: JSON.stringify(document),
    allowFailure: true,
    timeoutSeconds: 30,
  });
  const report = (result.stdout === "" ? { well: false, checks: [] } : JSON.parse(result.stdout)) as Report;
  return { ...result, report };
}

const results = ({ checks }: Report) => Object.fromEntries(checks.map(({ name, result }) => [name, result]));
const messages = ({ checks }: Report) =>
  Object.fromEntries(checks.map(({ name, message }) => [name, message]));

test("steps follow each other, and later ones find what earlier ones captured, with its type", async () => {
  const system = systemThat((request) =>
    request === "POST /things" ? { status: 201, json: { thing: { id: 7 } } } : { json: { id: 7 } },
  );
  const checks: VerifyCheck[] = [
    {
      name: "make",
      steps: [
        {
          request: "POST /things",
          json: { name: "{{run}}" },
          expect: { status: 201 },
          capture: { id: "thing.id" },
        },
        { request: "GET /things/{{id}}", expect: { json: { id: "{{id}}" } } },
      ],
    },
    { name: "use", steps: [{ request: "POST /uses", json: { of: "{{id}}" } }] },
  ];

  const { code, report } = await verify({ url: await system.url(), checks });

  expect(results(report)).toEqual({ make: "passed", use: "passed" });
  expect(code).toBe(0);
  expect(system.asked.map(({ request }) => request)).toEqual(["POST /things", "GET /things/7", "POST /uses"]);
  expect(system.asked[0]?.body).toMatch(/^\{"name":"verify-[0-9a-f]{8}"\}$/);
  expect(system.asked[2]?.body).toBe('{"of":7}');
});

describe("a check fails", () => {
  test.each<[string, Answer, VerifyCheck["steps"][number]["expect"], string]>([
    [
      "by its status",
      { status: 502, json: { error: "no upstream" } },
      undefined,
      'GET /x answered 502, expected 200: {"error":"no upstream"}',
    ],
    [
      "by none of several",
      { status: 500 },
      { status: [401, 403] },
      "GET /x answered 500, expected 401 or 403: {}",
    ],
    ["by a value", { json: { a: { b: 1 } } }, { json: { "a.b": 2 } }, "GET /x has 1 at a.b, expected 2"],
    ["by a value that is missing", {}, { json: { "a.b": 2 } }, "GET /x has nothing at a.b, expected 2"],
    ["by a header", {}, { headers: { "x-a": "^yes$" } }, "GET /x has the header x-a: none, expected ^yes$"],
    ["by its text", {}, { contains: "hello" }, 'GET /x does not contain "hello"'],
  ])("%s", async (_how, answer, expected, message) => {
    const system = systemThat(() => answer);
    const checks: VerifyCheck[] = [{ name: "x", steps: [{ request: "GET /x", expect: expected }] }];

    const { code, report, stderr } = await verify({ url: await system.url(), checks });

    expect(messages(report)).toEqual({ x: message });
    expect(code).toBe(1);
    expect(stderr).toContain(`x      failed`);
  });

  test("if nothing answers", async () => {
    const checks: VerifyCheck[] = [{ name: "x", steps: [{ request: "GET /x" }] }];
    const { report } = await verify({ url: "http://127.0.0.1:9", checks });
    expect(messages(report).x).toMatch(/^GET \/x got no answer: /);
  });

  test("by its time, unless it may be tried again", async () => {
    let slow = 2;
    const system = systemThat(() => {
      if (slow-- > 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 250);
      return {};
    });
    const step = { request: "GET /x", expect: { withinMilliseconds: 200 } };
    const once = await verify({ url: await system.url(), checks: [{ name: "x", steps: [step] }] });
    const again = await verify({
      url: await system.url(),
      checks: [{ name: "x", steps: [{ ...step, retrySeconds: 20, repeat: 3 }] }],
    });

    expect(messages(once.report).x).toMatch(/^GET \/x took \d+ ms, expected at most 200 ms$/);
    expect(results(again.report)).toEqual({ x: "passed" });
    expect(system.asked).toHaveLength(5);
  });
});

test("what was made is cleaned up after all checks, also when one has failed", async () => {
  const system = systemThat((request) => (request === "GET /bad" ? { status: 500 } : { json: { id: 1 } }));
  const checks: VerifyCheck[] = [
    {
      name: "make",
      steps: [{ request: "POST /a", capture: { a: "id" } }],
      cleanUp: [{ request: "DELETE /a/{{a}}" }],
    },
    { name: "bad", steps: [{ request: "GET /bad" }] },
    {
      name: "never made",
      steps: [{ request: "POST /b/{{missing}}" }],
      cleanUp: [{ request: "DELETE /b/{{missing}}" }],
    },
  ];

  const { report } = await verify({ url: await system.url(), checks });

  expect(results(report)).toEqual({ make: "passed", bad: "failed", "never made": "skipped" });
  expect(system.asked.map(({ request }) => request)).toEqual(["POST /a", "GET /bad", "DELETE /a/1"]);
});

test("a clean-up that does not work is reported, and fails nothing", async () => {
  const system = systemThat((request) => (request.startsWith("DELETE") ? { status: 405 } : {}));
  const checks: VerifyCheck[] = [
    { name: "make", steps: [{ request: "POST /a" }], cleanUp: [{ request: "DELETE /a" }] },
  ];
  const { code, stderr } = await verify({ url: await system.url(), checks });
  expect(code).toBe(0);
  expect(stderr).toContain("left behind, make: DELETE /a answered 405, expected 200");
});

test("a file is uploaded as a form", async () => {
  const system = systemThat(() => ({}));
  const form = { files: { fileName: "a.bin", bytes: 1000 }, note: "x" };
  await verify({ url: await system.url(), checks: [{ name: "up", steps: [{ request: "POST /up", form }] }] });

  const [asked] = system.asked;
  expect(asked?.headers["content-type"]).toMatch(/^multipart\/form-data; boundary=/);
  expect(asked?.body).toMatch(/name="files"; filename="a.bin"/);
  expect(asked?.body.length).toBeGreaterThan(1000);
});

describe("services on their own", () => {
  const checks: VerifyCheck[] = [{ name: "health", at: "web", steps: [{ request: "GET /health" }] }];

  test("are asked in each of their containers", async () => {
    const [first, second] = [systemThat(() => ({})), systemThat(() => ({ status: 503 }))];
    const targets = { web: [await first.url(), await second.url()] };

    const { report } = await verify({ url: "http://127.0.0.1:9", targets, checks });

    expect(messages(report).health).toContain("answered 503");
    expect(first.asked).toHaveLength(1);
  });

  test("fail if none runs, and are skipped if they cannot be reached", async () => {
    const none = await verify({ url: "http://127.0.0.1:9", targets: { web: [] }, checks });
    const outside = await verify({ url: "http://127.0.0.1:9", checks });

    expect(messages(none.report)).toEqual({ health: "no container of web runs" });
    expect(results(outside.report)).toEqual({ health: "skipped" });
    expect(outside.code).toBe(0);
  });
});

test("under the maintenance page only services on their own are asked", async () => {
  const system = systemThat(() => ({}));
  const url = await system.url();
  const checks: VerifyCheck[] = [
    { name: "page", steps: [{ request: "GET /" }] },
    { name: "health", at: "web", steps: [{ request: "GET /health" }] },
  ];
  const { report } = await verify({ url, targets: { web: [url] }, maintenance: true, checks });
  expect(results(report)).toEqual({ page: "skipped", health: "passed" });
});

describe("the default checks", () => {
  const checks = defaultChecks([{ service: "web", path: "/api/health" }]);

  test("skip what needs a login if there is no login", async () => {
    const system = systemThat((request) => ({
      status: request === "GET /api/work-orders" ? 401 : 200,
      json: { status: "ok" },
      headers: { "content-type": "text/html" },
    }));
    const { code, report, stderr } = await verify({ url: await system.url(), checks });

    expect(code).toBe(0);
    expect(Object.entries(results(report)).filter(([, result]) => result === "skipped")).toEqual(
      ["health of web", "login", "work order", "upload", "response time of the API"].map((name) => [
        name,
        "skipped",
      ]),
    );
    expect(stderr).toContain("it needs a login: set VERIFY_USERNAME and VERIFY_PASSWORD");
  });

  test("never print the password, not even if the system says it", async () => {
    const system = systemThat((_request, body) => ({ status: 500, json: { echo: body } }));
    const document = { url: await system.url(), username: "operator", password: "correct horse" };
    const login = checks.filter(({ name }) => name === "login");

    const { stdout, stderr } = await verify({ ...document, checks: login });

    expect(stderr).toContain("[hidden]");
    expect(stdout + stderr).not.toContain("correct horse");
  });
});

test("wrong usage is refused with a message", async () => {
  const { code, stderr } = await verify({ url: "http://127.0.0.1:9", checks: [] }, "--onyl", "x");
  expect({ code, stderr }).toEqual({
    code: 2,
    stderr: expect.stringContaining("unknown option --onyl") as string,
  });
  const none = await verify(
    { url: "http://127.0.0.1:9", checks: [{ name: "a", at: "web", steps: [] }] },
    "--only",
    "b",
  );
  expect(none.stderr).toContain('no check is called like "b"; there are: a');
});
