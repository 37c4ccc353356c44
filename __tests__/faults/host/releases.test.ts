import { underTraffic } from "../../../rehearsal/traffic/traffic";
import {
  asRoot,
  current,
  expectFailsSafely,
  expectRolledBack,
  FAILING,
} from "../../e2e/support/failing-releases";
import { deployImage } from "../../e2e/support/interruptions";
import { diff, NO_CHANGES, rehearsal, smoke } from "../../e2e/support/rehearsal";
import { endTrials, orphans, release, rollback } from "../../e2e/support/releases";
import { instead, trialImage } from "../../e2e/support/trial-images";

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

beforeAll(async () => {
  await smoke();
});
afterAll(endTrials);

describe("a release while 16 clients use the system", () => {
  test.each(FAILING)("that $what fails no request, says why, and is rolled back", expectFailsSafely);

  test("by a plain deploy that fails in its migration is undone by a rollback without a name", async () => {
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

  test("that gets healthy and fails its checks is rolled back; only what it broke failed meanwhile", async () => {
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
    await expectRolledBack("attempt-checks", good);
    await smoke();
  });
});
