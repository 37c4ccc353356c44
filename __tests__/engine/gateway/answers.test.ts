import { gunzipSync } from "node:zlib";
import { ask, answering, echoOf } from "./client";
import { GatewaySystem, START_SECONDS } from "./gateway-system";

let system: GatewaySystem;

beforeAll(async () => {
  system = await GatewaySystem.start({
    clientMaxBodyMiB: 1,
    readTimeoutSeconds: 1,
    trustedProxies: ["172.16.0.0/12", "10.0.0.0/8", "192.168.0.0/16"],
    keepaliveRequests: 5000,
  });
}, START_SECONDS * 1000);

afterAll(async () => system.remove(), 60_000);

describe("/health", () => {
  test("is answered by the gateway itself, and not logged", async () => {
    const answer = await ask(system.port, "/health", { headers: { "user-agent": "prober" } });

    expect(answer.status).toBe(200);
    expect(answer.headers).toMatchObject({ "content-type": "application/json", "cache-control": "no-store" });
    expect(JSON.parse(answer.text)).toEqual({ status: "ok" });
    await ask(system.port, "/after-health");
    await system.logged(({ uri }) => uri === "/after-health");
    expect(await system.log("access.log")).not.toContain("prober");
  });
});

describe("compression", () => {
  test.each([
    "application/json",
    "application/javascript; charset=UTF-8",
    "text/html; charset=utf-8",
    "text/css",
    "image/svg+xml",
  ])("%s is compressed for those who take it", async (type) => {
    const path = answering("/page", { bytes: 50_000, headers: { "content-type": type } });

    const packed = await ask(system.port, path, { headers: { "accept-encoding": "gzip" } });
    const plain = await ask(system.port, path);

    expect(packed.headers).toMatchObject({ "content-encoding": "gzip", vary: "Accept-Encoding" });
    expect(packed.bytes.length).toBeLessThan(1000);
    expect(gunzipSync(packed.bytes)).toEqual(plain.bytes);
    expect(plain.headers).not.toHaveProperty("content-encoding");
    expect(plain.headers.vary).toBe("Accept-Encoding");
  });

  test.each([
    ["a picture", { bytes: 50_000, headers: { "content-type": "image/png" } }],
    ["a short text", { bytes: 100, headers: { "content-type": "text/css" } }],
  ])("%s is not", async (_what, answer) => {
    const got = await ask(system.port, answering("/page", answer), {
      headers: { "accept-encoding": "gzip" },
    });
    expect(got.headers).not.toHaveProperty("content-encoding");
  });
});

describe("caching", () => {
  const FOR_EVER = "public, max-age=31536000, immutable";

  test.each([
    ["/_next/static/chunks/main-1a2b.js", {}, FOR_EVER],
    ["/_next/static/chunks/main-1a2b.js", { headers: { "cache-control": "public, max-age=0" } }, FOR_EVER],
    ["/_next/static/no-store.js", {}, FOR_EVER],
    ["/_next/static/gone.js", { status: 404, headers: { "cache-control": "public, max-age=9" } }, "no-store"],
    ["/_next/static/broken.js", { status: 500 }, "no-store"],
    ["/_next/static/moved.js", { status: 302 }, "no-store"],
    [
      "/_next/static/development.js",
      { headers: { "cache-control": "no-store, must-revalidate" } },
      "no-store, must-revalidate",
    ],
    ["/api/users", {}, "no-store"],
    ["/api/users", { status: 500 }, "no-store"],
    ["/api/assets/7/picture", { headers: { "cache-control": "private, max-age=60" } }, "private, max-age=60"],
    ["/", {}, undefined],
    ["/", { headers: { "cache-control": "s-maxage=10" } }, "s-maxage=10"],
  ])("%s answering %j is sent with %s", async (path, answer, expected) => {
    const { headers } = await ask(system.port, answering(path, answer));
    expect(headers["cache-control"]).toBe(expected);
  });
});

describe("headers to the client", () => {
  test("the usual protections, and nothing about what runs here", async () => {
    const { headers } = await ask(system.port, answering("/", { headers: { "x-powered-by": "Next.js" } }));
    expect(headers).toMatchObject({
      server: "nginx",
      "x-content-type-options": "nosniff",
      "x-frame-options": "SAMEORIGIN",
      "referrer-policy": "strict-origin-when-cross-origin",
    });
    expect(headers).not.toHaveProperty("x-powered-by");
  });

  test("the service's own win, without a second one", async () => {
    const own = {
      "x-content-type-options": "nosniff",
      "x-frame-options": "DENY",
      "referrer-policy": "no-referrer",
    };
    const { headers } = await ask(system.port, answering("/api/users", { headers: own }));
    expect(headers).toMatchObject(own);
  });
});

describe("errors of the gateway", () => {
  test.each([
    ["a length", {}],
    ["no length", { "transfer-encoding": "chunked" }],
  ])("a body over the limit, sent with %s, answers 413 as JSON under /api", async (_how, headers) => {
    const answer = await ask(system.port, "/api/users/photo.png", {
      method: "POST",
      body: Buffer.alloc(1_100_000),
      headers,
    });
    expect(answer.status).toBe(413);
    expect(answer.headers["content-type"]).toBe("application/json");
    expect(JSON.parse(answer.text)).toEqual({
      error: {
        code: "REQUEST_TOO_LARGE",
        message: "the request is larger than 1 MiB",
        requestId: answer.headers["x-request-id"],
      },
    });
  });

  test("and as a page elsewhere", async () => {
    const answer = await ask(system.port, "/upload", { method: "POST", body: Buffer.alloc(1_100_000) });
    expect(answer.status).toBe(413);
    expect(answer.headers["content-type"]).toBe("text/html; charset=utf-8");
    expect(answer.text).toContain("the request is larger than 1 MiB");
    expect(answer.headers).not.toHaveProperty("retry-after");
  });

  test("a service that is too slow answers 504, with a time to try again", async () => {
    const slow = { delayMs: 4000 };
    const [json, page] = await Promise.all([
      ask(system.port, answering("/api/assets", slow)),
      ask(system.port, answering("/assets", slow)),
    ]);
    expect(json).toMatchObject({ status: 504, headers: { "retry-after": "5", "cache-control": "no-store" } });
    expect(JSON.parse(json.text)).toMatchObject({
      error: { code: "SERVICE_TIMEOUT", requestId: json.headers["x-request-id"] },
    });
    expect(page).toMatchObject({ status: 504, headers: { "content-type": "text/html; charset=utf-8" } });
    expect(page.text).toContain("504");
  });

  test("a service's own time to try again is kept", async () => {
    const busy = answering("/api/assets", { status: 503, headers: { "retry-after": "120" } });
    expect((await ask(system.port, busy)).headers["retry-after"]).toBe("120");
  });
});

describe("proxies in front", () => {
  test("what a trusted one says is passed on", async () => {
    const { headers } = await echoOf(system.port, "/api/users", {
      headers: {
        "x-forwarded-for": "198.51.100.99, 203.0.113.9, 10.1.2.3",
        "x-forwarded-proto": "https",
        host: "maintenance.example",
      },
    });
    expect(headers).toMatchObject({
      "x-forwarded-for": "203.0.113.9",
      "x-real-ip": "203.0.113.9",
      "x-forwarded-proto": "https",
      "x-forwarded-port": "443",
    });
  });
});

describe("access log", () => {
  test("a line has what one looks for, and no credentials", async () => {
    await ask(system.port, "/api/users?page=2", {
      headers: {
        "x-request-id": "log-1",
        "user-agent": 'Mozilla "5.0" \\ \u00e9',
        authorization: "Bearer hidden-bearer",
        cookie: "session=hidden-cookie",
      },
    });
    const [entry] = await system.logged(({ request_id }) => request_id === "log-1");

    expect(entry).toEqual({
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d$/) as string,
      request_id: "log-1",
      remote_addr: expect.stringMatching(/^[0-9.]+$/) as string,
      method: "GET",
      uri: "/api/users?page=2",
      protocol: "HTTP/1.1",
      host: `127.0.0.1:${system.port}`,
      status: 200,
      request_bytes: expect.any(Number) as number,
      bytes: expect.any(Number) as number,
      request_time: expect.any(Number) as number,
      upstream_addr: expect.stringMatching(/^[0-9.]+:3001$/) as string,
      upstream_status: "200",
      upstream_response_time: expect.stringMatching(/^\d+\.\d{3}$/) as string,
      user_agent: expect.stringMatching(/^Mozilla "5\.0" \\ /) as string,
    });
    expect(await system.log("access.log")).not.toMatch(/hidden-bearer|hidden-cookie/);
  });

  test.each([
    ["/api/auth/verify?token=s3cret", "/api/auth/verify?[hidden]"],
    ["/api/auth/verify?a=1&access_token=s3cret&b=2", "/api/auth/verify?[hidden]"],
    ["/login?Password=s3cret", "/login?[hidden]"],
    ["/api/users?q=token", "/api/users?q=token"],
  ])("%s is written as %s", async (path, written) => {
    await ask(system.port, path, { headers: { "x-request-id": `uri-${path.length}` } });
    const [entry] = await system.logged(({ request_id }) => request_id === `uri-${path.length}`);
    expect(entry?.uri).toBe(written);
  });

  test("every line is JSON, whatever was sent", async () => {
    for (const path of ["/%22%0a%5c", '/"quotes"\\and%00', "/ä\u00ff", "/%zz"]) {
      await ask(system.port, path, { headers: { "user-agent": '"\t\\' } });
    }
    await ask(system.port, "/end-of-odd-requests");
    await system.logged(({ uri }) => uri === "/end-of-odd-requests");
  });
});
