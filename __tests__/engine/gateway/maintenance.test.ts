import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { HostLayout } from "../../../constructs/ssh/host-layout";
import { operatorFiles } from "../../../constructs/operator/operator-files";
import type { SystemDescription } from "../../../constructs/operator/system-description";
import { run, type RunResult } from "../../../lib/run";
import { temporaryFolder } from "../../support/temporary-folder";
import { ask } from "./client";
import { GatewaySystem, START_SECONDS } from "./gateway-system";
import { Load } from "./load";

let system: GatewaySystem;
let scripts: string;

beforeAll(async () => {
  system = await GatewaySystem.start();
  scripts = installScripts(system.configFolder);
}, START_SECONDS * 1000);

afterAll(async () => system.remove(), 60_000);
afterEach(async () => void (await maintenance("off")));

jest.setTimeout(120_000);

/** The operator's scripts, for a gateway whose folder is the given one. */
function installScripts(gatewayFolder: string): string {
  const layout = new HostLayout(join(temporaryFolder(), "emaintenance"));
  const description = { gatewayFolder } as SystemDescription;
  for (const file of operatorFiles(layout, description)) {
    if ("text" in file && file.path.startsWith(layout.root)) {
      mkdirSync(join(file.path, ".."), { recursive: true });
      writeFileSync(file.path, file.text, { mode: Number.parseInt(file.mode, 8) });
    }
  }
  return layout.deploy("scripts");
}

async function maintenance(...words: readonly string[]): Promise<RunResult> {
  return run([join(scripts, "maintenance.sh"), ...words], { allowFailure: true });
}

const PATHS = ["/", "/work-orders/7?x=y", "/_next/static/a.js", "/report.pdf"];
const API_PATHS = ["/api", "/api/users", "/api/work-orders/7"];

test("people get the page, programs get JSON, and the gateway stays healthy", async () => {
  const { code, stdout } = await maintenance("on", `Back at 14:00 <b>"Tuesday"</b> & after`);

  expect(code).toBe(0);
  expect(stdout).toMatch(/^visitors see the maintenance page since \S+, by \S+: Back at 14:00/);
  for (const path of PATHS) {
    const { status, headers, text } = await ask(system.port, path);
    expect({ path, status }).toEqual({ path, status: 503 });
    expect(headers).toMatchObject({ "retry-after": "60", "cache-control": "no-store" });
    expect(headers["content-type"]).toBe("text/html; charset=utf-8");
    expect(text).toContain("<p>Back at 14:00 &lt;b&gt;&quot;Tuesday&quot;&lt;/b&gt; &amp; after</p>");
    expect(text).not.toMatch(/(src|href)=/);
  }
  for (const path of API_PATHS) {
    const { status, headers, text } = await ask(system.port, path, { method: "POST", body: "{}" });
    expect({ path, status }).toEqual({ path, status: 503 });
    expect(headers).toMatchObject({ "retry-after": "60", "cache-control": "no-store" });
    expect(headers["content-type"]).toBe("application/json");
    expect(JSON.parse(text)).toEqual({
      error: { code: "MAINTENANCE", message: `Back at 14:00 <b>"Tuesday"</b> & after` },
    });
  }
  expect((await ask(system.port, "/health")).status).toBe(200);
});

test("the files of the page cannot be requested", async () => {
  await maintenance("on");
  const { status } = await ask(system.port, "/.maintenance/for-people");
  await maintenance("off");

  expect(status).toBe(404);
});

test("a bare file is enough", async () => {
  writeFileSync(join(system.configFolder, "maintenance.on"), "");

  const page = await ask(system.port, "/");
  const answer = await ask(system.port, "/api/users", { method: "DELETE" });
  const state = await maintenance("status");

  expect(page).toMatchObject({ status: 503, headers: { "retry-after": "60" } });
  expect(page.text).toContain("it is being worked on");
  expect(answer.status).toBe(503);
  expect(JSON.parse(answer.text)).toMatchObject({ error: { code: "MAINTENANCE" } });
  expect(state.code).toBe(1);
  expect(state.stdout).toMatch(/^visitors see the maintenance page since/);
  rmSync(join(system.configFolder, "maintenance.on"));
});

test("status says whether it is on, for people and for programs", async () => {
  expect(await maintenance("status")).toMatchObject({ code: 0, stdout: "visitors reach the system\n" });
  expect(JSON.parse((await maintenance("status", "--json")).stdout)).toEqual({
    ...{ on: false, since: null, by: null, text: "" },
  });

  await maintenance("on", "Back soon.");

  const { code, stdout } = await maintenance("status", "--json");
  expect(code).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({ on: true, text: "Back soon." });
});

test.each([
  [[], /maintenance needs to know what. Expected on, off or status/],
  [["stop"], /maintenance does not know "stop"/],
  [["on", "Back", "soon"], /maintenance on takes one text. Expected it in quotes/],
  [["off", "now"], /maintenance off takes nothing else/],
  [["--jsn"], /maintenance has no option --jsn/],
])("wrong usage is told: %j", async (words, message) => {
  const { code, stderr } = await maintenance(...words);
  expect(code).toBe(2);
  expect(stderr).toMatch(message);
});

test("under load it takes effect at once, and every request gets an answer", async () => {
  const load = Load.start(system.port, "/api/users", 8);
  await load.answered(200);
  await maintenance("on");
  // Whatever is asked from here on is asked during maintenance.
  load.mark("on");
  await load.answered(200);
  load.mark("ending");
  await maintenance("off");
  load.mark("off");
  await load.answered(200);
  const seen = await load.stop();

  expect(Object.keys(seen.get("on") ?? {})).toEqual(["503"]);
  expect(Object.keys(seen.get("off") ?? {})).toEqual(["200"]);
  const outcomes = [...seen.values()].flatMap((phase) => Object.keys(phase));
  expect(outcomes.filter((outcome) => !/^(200|503)$/.test(outcome))).toEqual([]);
});
