import { underTraffic } from "../../rehearsal/traffic/traffic";
import { deployImage, OFTEN } from "./support/interruptions";
import { diff, NO_CHANGES, rehearsal, smoke } from "./support/rehearsal";
import { endTrials, orphans, release, releasesOnHost, rollback, servingContainers } from "./support/releases";
import { instead, trialImage } from "./support/trial-images";

const server = (answer: string) =>
  instead(`require("http").createServer(${answer}).listen(process.env.PORT)`);
const asRoot = (line: string) => ["USER root", `RUN ${line}`, "USER 1001:1001"];

/** A server that is healthy, and fails at what the service is for. */
const BROKEN_ORDERS = instead(`
  const http = require("http"), create = http.createServer;
  http.createServer = (...words) => {
    const made = create(...words), emit = made.emit;
    made.emit = function (name, request, answer) {
      if (name !== "request" || !request.url.startsWith("/api/work-orders")) return emit.apply(this, arguments);
      answer.statusCode = 500;
      answer.end("{}");
    };
    return made;
  };
  require("/app/server.js");`);

const names = (words: Readonly<Record<string, string>>) => Object.keys(words);
const changed = (before: Record<string, string>, after: Record<string, string>) =>
  names(before).filter((service) => before[service] !== after[service]);

/** What must be so after a release that failed, whatever it failed of. */
async function expectReturned(name: string, goodName: string | undefined): Promise<void> {
  const failures = (await releasesOnHost()).filter(
    (record) => record.name === name && record.result === "failed",
  );
  // The return is a good release of that name, and its record takes the place of the failure's.
  expect(failures).toMatchObject(name === goodName ? [] : [{ current: false }]);
  expect((await releasesOnHost()).find(({ current }) => current)?.name).toBe(goodName);
  expect(await orphans()).toEqual([]);
  expect((await diff()).stdout).toContain(NO_CHANGES);
}

const current = async () => (await releasesOnHost()).find((record) => record.current)?.name;

interface Failing {
  readonly what: string;
  /** Released under the name of the release in use. @default under a name of its own */
  readonly sameName?: boolean;
  /** Too much like another one for every run: three minutes. @default false */
  readonly seldom?: boolean;
  readonly service: string;
  readonly image: () => Promise<string>;
  /** The likely cause, as the command says it. */
  readonly says: RegExp;
}

const FAILING: readonly Failing[] = [
  {
    what: "crashes at its start",
    sameName: true,
    service: "asset-service",
    image: () =>
      trialImage("asset-service", [instead(`console.error("the moon is missing"); process.exit(3)`)]),
    says: /the moon is missing/,
  },
  {
    what: "never gets healthy",
    seldom: true,
    service: "work-order-service",
    image: () => trialImage("work-order-service", [server("() => {}")]),
    says: /emaintenance-work-order-service\S* .*(unhealthy|health)/,
  },
  {
    what: "answers its health check with 500",
    service: "user-service",
    image: () => trialImage("user-service", [server(`(q, s) => { s.statusCode = 500; s.end("no disk") }`)]),
    says: /500 no disk/,
  },
  {
    what: "runs out of memory",
    service: "asset-service",
    image: () =>
      trialImage("asset-service", [instead("const kept = []; for (;;) kept.push(Buffer.alloc(8e6, 1))")]),
    says: /needs more memory than its limit|runs out of memory: its limit/,
  },
  {
    what: "fails in its migration",
    service: "user-service",
    image: () =>
      trialImage(
        "user-service",
        asRoot(
          `echo 'console.error("column lunar_phase does not exist"); process.exit(1)' > /app/migrate.js`,
        ),
      ),
    says: /column lunar_phase does not exist/,
  },
  {
    what: "cannot be pulled",
    service: "web",
    image: () => Promise.resolve("registry.invalid/team/web:2"),
    says: /registry\.invalid\/team\/web:2 is neither on \S+ nor can it be pulled/,
  },
];

beforeAll(async () => {
  await smoke();
});
afterAll(endTrials);

describe("a release while 16 clients use the system", () => {
  test("of one changed service replaces that one, without a failed request; so does the way back", async () => {
    const good = await current();
    const before = await servingContainers();
    const image = await trialImage("asset-service", ["LABEL trial=good"]);
    const { value, traffic } = await underTraffic(rehearsal().url, async () => {
      const released = await release("attempt-good", { "asset-service": image });
      const between = await servingContainers();
      const back = await rollback(good ?? "");
      return { released, between, back };
    });

    expect(value.released).toMatchObject({ code: 0 });
    expect(value.released.stdout).toContain("release attempt-good serves at");
    expect(changed(before, value.between)).toEqual(["asset-service"]);
    expect(value.back).toMatchObject({ code: 0 });
    expect(changed(value.between, await servingContainers())).toEqual(["asset-service"]);
    expect(traffic.failed).toEqual([]);
    expect(traffic.requests).toBeGreaterThan(100);
    expect(await current()).toBe(good);
    expect(await orphans()).toEqual([]);
    expect((await diff()).stdout).toContain(NO_CHANGES);
  });

  test.each(FAILING.filter(({ seldom }) => OFTEN || !seldom))(
    "that $what fails no request, says why, and is returned from",
    async (trial) => {
      const good = await current();
      const name = trial.sameName ? (good ?? "") : `attempt-${trial.what.replace(/[^a-z]+/g, "-")}`;
      const before = await servingContainers();
      const images = { [trial.service]: await trial.image() };
      const { value, traffic } = await underTraffic(rehearsal().url, () => release(name, images));

      expect(value.stdout).toMatch(trial.says);
      expect(value.code).toBe(1);
      expect(value.stdout).toContain(`${good} serves again`);
      expect(traffic.failed).toEqual([]);
      expect(traffic.requests).toBeGreaterThan(100);
      // Data and gateway are never touched by it.
      const replaced = changed(before, await servingContainers());
      expect(replaced.filter((service) => ["postgres", "redis", "nginx"].includes(service))).toEqual([]);
      await expectReturned(name, good);
    },
  );

  test("by a plain deploy that fails in its migration is taken back by a rollback without a name", async () => {
    const good = await current();
    const image = await trialImage("user-service", asRoot("echo 'process.exit(7)' > /app/migrate.js"));
    const { value, traffic } = await underTraffic(rehearsal().url, async () => {
      const deployed = await deployImage("user-service", image);
      return { deployed, back: await rollback() };
    });
    expect(value.deployed.code).not.toBe(0);
    expect(value.back).toMatchObject({ code: 0 });
    expect(value.back.stdout).toContain(`${good} serves at`);
    expect(traffic.failed).toEqual([]);
    expect(await current()).toBe(good);
    expect(await orphans()).toEqual([]);
    expect((await diff()).stdout).toContain(NO_CHANGES);
  });

  test("that gets healthy and fails its checks is returned from; only what it broke failed meanwhile", async () => {
    const good = await current();
    const images = { "work-order-service": await trialImage("work-order-service", [BROKEN_ORDERS]) };
    const { value, traffic } = await underTraffic(rehearsal().url, () => release("attempt-checks", images));

    expect(value.stdout).toMatch(/these checks failed: .*strangers are refused/);
    expect(value.code).toBe(1);
    const paths = new Set(traffic.failed.map(({ request }) => request.replace(/[0-9a-f-]{36}$/, ":id")));
    expect([...paths].sort()).toEqual(["GET /api/work-orders/:id", "POST /api/work-orders"]);
    const [first, last] = [traffic.failed[0], traffic.failed.at(-1)];
    console.log(
      `${traffic.failed.length} of ${traffic.requests} requests failed, from ${first?.at} to ${last?.at}, all of the broken path`,
    );
    await expectReturned("attempt-checks", good);
    await smoke();
  });
});
