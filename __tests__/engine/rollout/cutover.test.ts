import { existsSync, readdirSync, readlinkSync, writeFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run, type RunResult, waitFor } from "../../../lib/run";
import { ask } from "../gateway/client";
import { standardConfig, START_SECONDS } from "../gateway/gateway-system";
import { Load } from "../gateway/load";
import { type Interruption, killedAtEveryStep, type Made, RolloutSystem } from "./rollout-system";

const UPSTREAM = "user-service:3001";
/** On an engine whose socket the login may not write to. */
const WITHOUT_SOCKET = (script: string) => script.replace("SOCKET=/var/run/docker.sock", "SOCKET=/nowhere");

let system: RolloutSystem;
let one: Made;
let other: Made;
let first: RunResult;

jest.setTimeout(300_000);

beforeAll(async () => {
  // GIVEN a gateway, and two containers that serve in turn
  system = await RolloutSystem.prepare();
  const { gateway } = system;
  await mkdir(join(gateway.configFolder, "upstreams"), { recursive: true });
  await writeFile(gateway.configFile, standardConfig({ blueGreen: true }));
  await gateway.startGateway();
  one = await system.container({ asleep: true });
  other = await system.container({ asleep: true });
  await system.answers(one);
  await system.answers(other);
  first = await bring(one);
}, START_SECONDS * 1000);

afterAll(async () => system.remove(), 120_000);

beforeEach(() => writeFileSync(system.lock, "a deployment"));

let load: Load | undefined;
afterEach(async () => {
  // Also when the test has failed: its clients would never end.
  await load?.stop();
  load = undefined;
});

interface CutoverOptions {
  readonly drainSeconds?: number;
  readonly interruption?: Interruption;
  readonly change?: (script: string) => string;
}

/** Brings containers into use, given by upstream and the name that they will have. */
async function cutover(
  containers: readonly (readonly [upstream: string, name: string, made: Made])[],
  { drainSeconds = 20, interruption, change }: CutoverOptions = {},
): Promise<RunResult> {
  const environment = {
    CONTAINERS: containers.map(([upstream, name, { id }]) => `${upstream}=${name}=${id}`).join(" "),
    FOLDER: system.gateway.configFolder,
    GATEWAY: system.gateway.gatewayName,
    DRAIN_SECONDS: `${drainSeconds}`,
  };
  return system.script("cutover.sh", environment, interruption, change);
}

const bring = async (made: Made, options?: CutoverOptions) =>
  cutover([[UPSTREAM, system.nameOf(), made]], options);

/** Name of the container that answers a request, as it was made. */
async function answered(query = ""): Promise<string> {
  const { status, text } = await ask(system.gateway.port, `/api/users${query}`);
  if (status !== 200) throw new Error(`${status}: ${text}`);
  return (JSON.parse(text) as { container: string }).container;
}

async function openRequests(): Promise<number> {
  const connections = await system.gateway.inGateway(["cat", "/proc/net/tcp"]);
  return connections.split("\n").filter((line) => line.includes(":0BB9 01 ")).length;
}

/** What must be so once a container was brought into use. */
async function expectInUse(made: Made, before?: Made): Promise<void> {
  const { configFolder } = system.gateway;
  expect(await answered()).toBe(made.name);
  expect(await system.holderOf(system.nameOf())).toBe(made.id);
  if (before) {
    expect(await system.inspect(before.id, "{{.Name}}")).toBe(
      `/${system.nameOf()}-${before.id.slice(0, 12)}`,
    );
  }
  expect(readdirSync(join(configFolder, "upstreams"))).toEqual([UPSTREAM]);
  expect(readlinkSync(join(configFolder, "upstreams", UPSTREAM))).toBe(`../addresses/${made.alias}:3001`);
  expect(readdirSync(join(configFolder, "addresses"))).toEqual([`${made.alias}:3001`]);
}

test("the first release is brought into use, and a second run changes nothing", async () => {
  const again = await bring(one);
  for (const { code, stdout, stderr } of [first, again]) {
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain("cutover: all requests go to the containers of this release\n");
  }
  expect(first.stdout).toContain(`cutover: ${system.nameOf()} is now ${one.id.slice(0, 12)}\n`);
  expect(again.stdout).not.toContain("is now");
  await expectInUse(one);
});

test.each([
  ["over the engine's socket", undefined],
  ["where the login may not write to it", WITHOUT_SOCKET],
])("the next release takes over, without a failed request: %s", async (_way, change) => {
  const [before, next] = (await answered()) === one.name ? [one, other] : [other, one];
  load = Load.start(system.gateway.port, "/api/users", 2);
  await load.answered(10);
  expect(await bring(next, { change })).toMatchObject({ code: 0, stderr: "" });
  await expectInUse(next, before);
  expect(Object.keys((await load.stop()).get("start") ?? {})).toEqual(["200"]);
});

test("no request is sent to the old container any more once the name has moved", async () => {
  // GIVEN a run that ends at the first renaming
  const [before, next] = (await answered()) === one.name ? [one, other] : [other, one];
  await bring(next, {
    change: (script) => script.replace("give_name() {", "give_name() {\n  exit 9\n"),
  });
  // THEN the gateway leads to the new one already: whichever container has the name, no request is lost
  expect(await answered()).toBe(next.name);
  expect(await system.holderOf(system.nameOf())).toBe(before.id);
  expect(await bring(next)).toMatchObject({ code: 0 });
  await expectInUse(next, before);
});

test.each([
  ["over the engine's socket", undefined],
  ["where the login may not write to it", WITHOUT_SOCKET],
])(
  "killed at every step, every request is answered, and the same again completes it: %s",
  async (_way, change) => {
    load = Load.start(system.gateway.port, "/api/users", 1);
    await load.answered(5);
    let [before, next] = (await answered()) === one.name ? [one, other] : [other, one];

    const steps = await killedAtEveryStep(async (interruption) => {
      const result = await bring(next, { interruption, change });
      expect([before.name, next.name]).toContain(await answered());
      if (result.code !== 0) expect(await bring(next, { change })).toMatchObject({ code: 0, stderr: "" });
      await expectInUse(next, before);
      [before, next] = [next, before];
      return result;
    });

    console.log(`killed before each of ${steps} calls of a program`);
    expect(steps).toBeGreaterThan(10);
    expect(Object.keys((await load.stop()).get("start") ?? {})).toEqual(["200"]);
  },
);

test("killed between the two renamings, when no container has the name, a second run completes it", async () => {
  const [before, next] = (await answered()) === one.name ? [one, other] : [other, one];
  await run(["docker", "rename", before.id, `${system.nameOf()}-${before.id.slice(0, 12)}`]);
  expect(await answered()).toBe(before.name);
  expect(await bring(next)).toMatchObject({ code: 0, stderr: "" });
  await expectInUse(next, before);
});

test.each(["TERM", "HUP", "PIPE"] as const)(
  "a connection that is cut (SIG%s) does not end what has begun",
  async (signal) => {
    const [before, next] = (await answered()) === one.name ? [one, other] : [other, one];
    expect(await bring(next, { interruption: { at: 5, signal } })).toMatchObject({ code: 0, stderr: "" });
    await expectInUse(next, before);
  },
);

test("it goes on if its output is no longer read", async () => {
  const [before, next] = (await answered()) === one.name ? [one, other] : [other, one];
  await bring(next, {
    change: (script) => script.replace("set -euo pipefail", "set -euo pipefail\nexec > /dev/full"),
  });
  await expectInUse(next, before);
});

describe("requests that the old container is answering", () => {
  test("are waited for", async () => {
    const [before, next] = (await answered()) === one.name ? [one, other] : [other, one];
    const slow = answered("?delay=4000");
    let isAnswered = false;
    void slow.then(() => (isAnswered = true));
    await waitFor("an open request", 30, async () => (await openRequests()) === 1);

    const { code, stdout } = await bring(next);

    expect(isAnswered).toBe(true);
    expect(await slow).toBe(before.name);
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: expect.not.stringContaining("still being answered") as string,
    });
  });

  test("are given up after DRAIN_SECONDS, with a word about it", async () => {
    const next = (await answered()) === one.name ? other : one;
    const slow = Promise.all([answered("?delay=8000"), answered("?delay=8000")]);
    await waitFor("two open requests", 30, async () => (await openRequests()) === 2);

    const { code, stdout } = await bring(next, { drainSeconds: 1 });

    expect(code).toBe(0);
    expect(stdout).toContain("cutover: 2 requests are still being answered by old containers after 1 s\n");
    await slow;
  });

  test("are waited for by a second run, if the first run was killed before it did", async () => {
    const [before, next] = (await answered()) === one.name ? [one, other] : [other, one];
    const slow = answered("?delay=6000");
    let isAnswered = false;
    void slow.then(() => (isAnswered = true));
    await waitFor("an open request", 30, async () => (await openRequests()) === 1);
    await bring(next, { change: (script) => script.replace('drain "$renamed"', "kill -KILL $$") });
    expect(await system.holderOf(system.nameOf())).toBe(next.id);
    expect(isAnswered).toBe(false);

    await bring(next);

    expect(isAnswered).toBe(true);
    expect(await slow).toBe(before.name);
  });
});

describe("replicas", () => {
  const service = "asset-service";
  const upstream = "asset-service:3003";
  const name = (instance: number) => system.nameOf(service, instance);
  const make = (instance: number, deployment: string) =>
    system.container({ service, instance, deployment, port: 3003, asleep: true });
  const FIRST = "100000000000001";
  const SECOND = "100000000000002";

  test("share one address; one that another deployment made gets no requests, and no less are answered", async () => {
    const [first, second] = [await make(1, FIRST), await make(2, FIRST)];
    await system.answers(first, 3003);
    await system.answers(second, 3003);
    expect(
      await cutover([
        [upstream, name(1), first],
        [upstream, name(2), second],
      ]),
    ).toMatchObject({ code: 0, stderr: "" });
    const asked = async () => {
      const answers = await Promise.all(
        Array.from({ length: 12 }, () => ask(system.gateway.port, "/api/assets")),
      );
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
      return [
        ...new Set(answers.map(({ text }) => (JSON.parse(text) as { container: string }).container)),
      ].sort();
    };
    await waitFor("answers of both", 30, async () => (await asked()).length === 2);

    // WHEN the second one was replaced alone, as after a docker rm
    const replaced = await make(2, SECOND);
    await system.answers(replaced, 3003);
    const { code, stdout } = await cutover([
      [upstream, name(1), first],
      [upstream, name(2), replaced],
    ]);

    expect(code).toBe(0);
    expect(stdout).toContain(
      `cutover: ${name(2)} was made by another deployment than the other replicas, and gets no requests`,
    );
    expect(await system.holderOf(name(2))).toBe(replaced.id);
    expect(await asked()).not.toContain(replaced.name);

    // AND a request to a replica that is no longer configured is waited for
    // The second one stays meanwhile: nginx remembers its address for a while, and another container must not get it.
    const lone = await make(1, SECOND);
    await system.answers(lone, 3003);
    await run(["docker", "rename", first.id, `${name(1)}-${first.id.slice(0, 12)}`]);
    const slow = ask(system.gateway.port, "/api/assets?delay=8000");
    let isAnswered = false;
    void slow.then(() => (isAnswered = true));
    await waitFor("an open request", 30, async () =>
      (await system.gateway.inGateway(["cat", "/proc/net/tcp"])).includes(":0BBB 01 "),
    );
    await cutover([[upstream, name(1), lone]]);
    expect(isAnswered).toBe(true);
    const { status, text } = await slow;
    expect(status).toBe(200);
    expect([first.name, second.name]).toContain((JSON.parse(text) as { container: string }).container);
    await system.discard(first, second, replaced, lone);
    await run(["rm", join(system.gateway.configFolder, "upstreams", upstream)]);
    await run(["rmdir", join(system.gateway.configFolder, "addresses", `${lone.alias}:3003`)]);
  });
});

describe("what is not a deployment's", () => {
  test("container is refused, before anything is changed", async () => {
    const [before, next] = (await answered()) === one.name ? [one, other] : [other, one];
    const foreign = await system.container({
      name: `${system.gateway.id}-by-hand`,
      hostname: "by-hand",
      asleep: true,
    });
    const { code, stderr } = await cutover([
      [UPSTREAM, system.nameOf(), next],
      [UPSTREAM, system.nameOf(), foreign],
    ]);
    expect(code).toBe(1);
    expect(stderr).toBe(
      `cutover: the container ${foreign.id.slice(0, 12)} has the host name by-hand, not ${system.nameOf()}-…: it was not made by a deployment\n`,
    );
    expect(await answered()).toBe(before.name);
    expect(await system.holderOf(system.nameOf())).toBe(before.id);
    // A deployment that has failed is no longer under way.
    expect(existsSync(system.lock)).toBe(false);
    await system.discard(foreign);
  });

  test("upstream, which serves meanwhile, is left alone", async () => {
    const { configFolder } = system.gateway;
    await mkdir(join(configFolder, "addresses", "web-77:3000"));
    await run(["ln", "-s", "../addresses/web-77:3000", join(configFolder, "upstreams", "web:3000")]);
    expect(await bring((await answered()) === one.name ? other : one)).toMatchObject({ code: 0 });
    expect(readdirSync(join(configFolder, "addresses")).sort()).toContain("web-77:3000");
    await run(["rm", join(configFolder, "upstreams", "web:3000")]);
  });
});

test("of two at once, one waits for the other", async () => {
  const [before, next] = (await answered()) === one.name ? [one, other] : [other, one];
  const lock = join(system.gateway.configFolder, ".switch.lock");
  const held = run(["flock", lock, "sh", "-c", `touch '${lock}.held'; sleep 3; touch '${lock}.over'`]);
  await waitFor("a lock that is held", 30, async () => Promise.resolve(existsSync(`${lock}.held`)));
  expect(await bring(next)).toMatchObject({ code: 0 });
  expect(existsSync(`${lock}.over`)).toBe(true);
  await held;
  await expectInUse(next, before);
});
