import { Socket } from "node:net";
import { ask, answering, echoOf, upgrade } from "./client";
import { GatewaySystem, START_SECONDS } from "./gateway-system";

let system: GatewaySystem;

beforeAll(async () => {
  system = await GatewaySystem.start({ deniedPaths: ["/api/auth/register"] });
}, START_SECONDS * 1000);

afterAll(async () => system.remove(), 60_000);

describe("routes", () => {
  test.each([
    ["/api/auth", "user-service"],
    ["/api/users", "user-service"],
    ["/api/work-orders", "work-order-service"],
    ["/api/assignment-rules", "work-order-service"],
    ["/api/notifications", "work-order-service"],
    ["/api/assets", "asset-service"],
  ])("%s and everything below it reaches %s, with the path unchanged", async (prefix, service) => {
    for (const rest of ["", "/", "?q=a%20b&c=%2F", "/?q=1", "/x?y=z", "/x/y/", "/a%2Fb%20c?d=%25"]) {
      expect(await echoOf(system.port, prefix + rest)).toMatchObject({ service, url: prefix + rest });
    }
  });

  test.each([
    "/",
    "/work-orders/7?tab=files",
    "/api",
    "/api/",
    "/api/health",
    "/api/usersfoo",
    "/api/users.json",
    "/API/users",
    "/healthy",
    "/x/api/users",
  ])("%s is the web application's", async (path) => {
    expect(await echoOf(system.port, path)).toMatchObject({ service: "web", url: path });
  });

  test.each(["POST", "PUT", "PATCH", "DELETE"])(
    "%s without a slash keeps method and body",
    async (method) => {
      const body = JSON.stringify({ username: "li", password: "密码" });
      const echo = await echoOf(system.port, "/api/users", {
        method,
        body,
        headers: { "content-type": "application/json" },
      });
      expect(echo).toMatchObject({ service: "user-service", method, url: "/api/users" });
      expect(echo.received).toBe(Buffer.byteLength(body));
    },
  );

  test("a body without a length passes", async () => {
    const echo = await echoOf(system.port, "/api/users", {
      method: "POST",
      body: "x".repeat(100_000),
      headers: { "transfer-encoding": "chunked" },
    });
    expect(echo.received).toBe(100_000);
  });

  test("what a service answers passes unchanged, errors and redirects too", async () => {
    const answer = await ask(
      system.port,
      answering("/api/users", { status: 502, headers: { "content-type": "text/x-own" }, bytes: 5 }),
    );
    expect(answer).toMatchObject({ status: 502, text: "E-Mai" });
    expect(answer.headers["content-type"]).toBe("text/x-own");

    const redirect = await ask(
      system.port,
      answering("/api/users", { status: 302, headers: { location: "http://web:3000/login" } }),
    );
    expect(redirect).toMatchObject({ status: 302, headers: { location: "http://web:3000/login" } });
  });
});

describe("headers to the service", () => {
  test("they tell the client's own address, scheme, host and port", async () => {
    const { headers } = await echoOf(system.port, "/api/users", {
      headers: { authorization: "Bearer abc", cookie: "session=1" },
    });
    expect(headers).toMatchObject({
      host: `127.0.0.1:${system.port}`,
      "x-forwarded-host": `127.0.0.1:${system.port}`,
      "x-forwarded-port": `${system.port}`,
      "x-forwarded-proto": "http",
      authorization: "Bearer abc",
      cookie: "session=1",
    });
    expect(headers["x-forwarded-for"]).toMatch(/^[0-9.]+$/);
    expect(headers["x-real-ip"]).toBe(headers["x-forwarded-for"]);
  });

  test("a host without a port has the port of its scheme", async () => {
    const { headers } = await echoOf(system.port, "/", { headers: { host: "maintenance.example" } });
    expect(headers).toMatchObject({ host: "maintenance.example", "x-forwarded-port": "80" });
  });

  test("what a client claims about itself is not believed", async () => {
    const { headers } = await echoOf(system.port, "/api/users", {
      headers: {
        "x-forwarded-for": "203.0.113.9",
        "x-real-ip": "203.0.113.9",
        "x-forwarded-proto": "https",
        "x-forwarded-host": "evil.example",
        "x-forwarded-port": "1",
        "x-middleware-subrequest": "middleware",
      },
    });
    expect(JSON.stringify(headers)).not.toMatch(/203\.0\.113\.9|evil|https|middleware/);
  });
});

describe("request id", () => {
  test("there is one, the same for the service and the client", async () => {
    const answer = await ask(system.port, "/api/users");
    const id = answer.headers["x-request-id"];
    expect(id).toMatch(/^[0-9a-f]{32}$/);
    expect(JSON.parse(answer.text)).toMatchObject({ headers: { "x-request-id": id } });
  });

  test.each(["4bf92f35-77b3:4da6.a3ce_929d", "r".repeat(128)])("the client's own %s is kept", async (id) => {
    const answer = await ask(system.port, "/api/users", { headers: { "x-request-id": id } });
    expect(answer.headers["x-request-id"]).toBe(id);
    expect(JSON.parse(answer.text)).toMatchObject({ headers: { "x-request-id": id } });
  });

  test.each(["r".repeat(129), 'a"b', "a b", "<script>", "a,b", "ä"])("%s is replaced", async (id) => {
    const answer = await ask(system.port, "/api/users", { headers: { "x-request-id": id } });
    expect(answer.headers["x-request-id"]).toMatch(/^[0-9a-f]{32}$/);
  });

  test("a service's own is not sent twice", async () => {
    const answer = await ask(system.port, answering("/api/users", { headers: { "x-request-id": "other" } }), {
      headers: { "x-request-id": "mine" },
    });
    expect(answer.headers["x-request-id"]).toBe("mine");
  });
});

describe("websockets", () => {
  test.each(["/_next/webpack-hmr", "/api/notifications/live"])("%s is upgraded, both ways", async (path) => {
    const socket = await upgrade(system.port, path, "websocket");
    expect(socket).toBeInstanceOf(Socket);
    if (!(socket instanceof Socket)) return;
    const echoed = new Promise((resolve) => socket.once("data", (data) => resolve(data.toString())));
    socket.write("hot reload");
    expect(await echoed).toBe("hot reload");
    socket.destroy();
  });

  test("another protocol is not offered to the service, which answers as ever", async () => {
    expect(await upgrade(system.port, "/api/users", "h2c")).toBe(200);
  });
});

describe("denied paths", () => {
  test.each([
    "/api/auth/register",
    "/api/auth/register/",
    "/api/auth/register?x=1",
    "/api/auth/register/below/it",
    "/api/auth//register",
    "//api/auth/register",
    "/api//auth///register//",
    "/api/auth/%72egister",
    "/api/auth/%52EGISTER",
    "/%61pi%2Fauth%2fregister",
    "/api/auth/Register",
    "/API/AUTH/REGISTER",
    "/api/auth/./register",
    "/api/auth/x/../register",
    "/api/auth/x/%2e%2e/register",
    "/api/auth/x/%2E./register",
    "/api/auth/x\\..\\register",
    "/api/auth\\register",
    "/api/auth/register/../login",
    "/api/auth/register/%2e%2e/login",
    "/api/auth/register%2f..%2flogin",
    "http://elsewhere.example/api/auth/register",
  ])("%s answers 403", async (path) => {
    const answer = await ask(system.port, path, { method: "POST", body: "{}" });
    expect(answer.status).toBe(403);
    expect(answer.headers["content-type"]).toBe("application/json");
    expect(JSON.parse(answer.text)).toEqual({
      error: {
        code: "PATH_CLOSED",
        message: "this path is closed",
        requestId: answer.headers["x-request-id"],
      },
    });
  });

  test.each([
    ["/api/auth/registered", "user-service"],
    ["/api/auth/login", "user-service"],
    ["/api/users?next=/api/auth/register/../x", "user-service"],
    ["/register", "web"],
    ["/.well-known/x..y/...z", "web"],
  ])("%s stays open", async (path, service) => {
    expect(await echoOf(system.port, path)).toMatchObject({ service, url: path });
  });
});
