import { createServer } from "node:http";
import { join } from "node:path";
import { chromium, type Browser } from "playwright-core";
import { run, waitFor } from "../../../lib/run";
import { stopAt } from "../../engine/local/debugger";
import { DevelopedSystem } from "../../engine/local/developed-system";

jest.setTimeout(15 * 60 * 1000);

const AUTH_ROUTES = "apps/user-service/src/auth-routes.ts";
const REFUSAL = "user name or password is wrong";

const system = new DevelopedSystem("hot");
let browser: Browser | undefined;

beforeAll(async () => {
  const { code, stdout, stderr } = await system.up();
  if (code !== 0) throw new Error(`${stdout.slice(-3000)}\n${stderr}`);
});

afterAll(async () => {
  await browser?.close();
  await system.close();
});

test("a syntax error shows in the log, and the next good save recovers", async () => {
  const text = system.read(AUTH_ROUTES);

  system.save(AUTH_ROUTES, `${text}\nconst = broken;\n`);
  await waitFor("the error in the log", 120, async () =>
    (await system.log("user-service")).includes("Expected identifier"),
  );

  system.save(AUTH_ROUTES, text.replace(REFUSAL, "fixed"));
  await system.waitForRefusal("fixed");
  system.save(AUTH_ROUTES, text);
  await system.waitForRefusal(REFUSAL);
});

test("a debugger stops at a breakpoint in the source as it was written", async () => {
  const line =
    system
      .read(AUTH_ROUTES)
      .split("\n")
      .findIndex((text) => text.includes(`unauthorized("${REFUSAL}")`)) + 1;

  const stop = await stopAt(system.port(9229), AUTH_ROUTES, line, () => system.refusal());

  expect(stop).toEqual({ file: expect.stringContaining(`/workspace/${AUTH_ROUTES}`) as string, line });
});

test("the web's hot reload passes the gateway: a change shows in an open page, which is not loaded again", async () => {
  // GIVEN a page in a real browser
  browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
  const page = await browser.newPage();
  const sockets: string[] = [];
  page.on("websocket", (socket) => sockets.push(socket.url()));
  await page.goto(system.url, { timeout: 300_000 });
  await page.getByRole("heading", { name: "Log in" }).waitFor({ timeout: 300_000 });
  await page.evaluate("window.sameAsBefore = true");
  await waitFor("the websocket of the hot reload", 60, () =>
    Promise.resolve(sockets.some((url) => url.includes("/_next/webpack-hmr"))),
  );

  // WHEN
  const form = "apps/web/components/login-form.tsx";
  system.save(form, system.read(form).replace('"Log in"', '"Come in"'));

  // THEN
  await page.getByRole("heading", { name: "Come in" }).waitFor({ timeout: 300_000 });
  expect(await page.evaluate("window.sameAsBefore")).toBe(true);
  expect(sockets.every((url) => url.startsWith(system.url.replace("http", "ws")))).toBe(true);
});

test("everything in the source belongs to the developer", () => {
  expect(system.foreignFiles()).toEqual([]);
});

describe("stopped, and started with one service on the machine itself", () => {
  let started: string;

  beforeAll(async () => {
    const stopped = await system.also("stop");
    expect(stopped).toMatchObject({
      code: 0,
      stdout: "9 containers stopped and removed; the data are still there\n",
    });
    const { code, stdout, stderr } = await system.up("--on-host", "user-service");
    if (code !== 0) throw new Error(`${stdout.slice(-3000)}\n${stderr}`);
    started = stdout;
  });

  test("packages are not installed again", () => {
    expect(started).toContain("the packages of the lock file are installed already");
    expect(started).not.toMatch(/added \d+ packages/);
  });

  test("it answers through the gateway, with the environment that was printed", async () => {
    // GIVEN
    const file = join(system.directory, ".local/user-service.env");
    const own = createServer((_request, response) => {
      response.writeHead(401, { "content-type": "application/json" });
      response.end(JSON.stringify({ error: { message: "from the machine" } }));
    });
    await new Promise<void>((resolve) => own.listen(system.port(3001), "0.0.0.0", resolve));

    // WHEN, THEN
    try {
      await system.waitForRefusal("from the machine");
    } finally {
      await new Promise((resolve) => own.close(resolve));
    }
    expect(started).toContain(`set -a; . ${file}; set +a`);
    const { stdout } = await run(["sh", "-c", `. ${file}; echo "$PORT $DATABASE_URL"`]);
    const url = `postgresql://postgres:[^@]+@127\\.0\\.0\\.1:${system.port(5433)}/emaintenance`;
    expect(stdout).toMatch(new RegExp(`^${system.port(3001)} ${url}`));
  });
});
