import { underTraffic } from "../../rehearsal/traffic/traffic";
import { changed, current, expectFailsSafely, FAILING } from "./support/failing-releases";
import { diff, NO_CHANGES, rehearsal, smoke } from "./support/rehearsal";
import { endTrials, orphans, release, rollback, servingContainers } from "./support/releases";
import { trialImage } from "./support/trial-images";

/** One of each kind of end; `npm run check:faults` has all of them. */
const KINDS = ["crashes at its start", "fails in its migration", "cannot be pulled"];

beforeAll(async () => {
  await smoke();
});
afterAll(endTrials);

describe("a release while 16 clients use the system", () => {
  test("of one changed service replaces that one, without a failed request; so does the rollback", async () => {
    const good = await current();
    const before = await servingContainers();
    const image = await trialImage("asset-service", ["LABEL trial=good"]);
    const { value, traffic } = await underTraffic(rehearsal().url, async () => {
      const released = await release("attempt-good", { "asset-service": image });
      const between = await servingContainers();
      const rolledBack = await rollback(good ?? "");
      return { released, between, rolledBack };
    });

    expect(value.released).toMatchObject({ code: 0 });
    expect(value.released.stdout).toContain("release attempt-good serves at");
    expect(changed(before, value.between)).toEqual(["asset-service"]);
    expect(value.rolledBack).toMatchObject({ code: 0 });
    expect(changed(value.between, await servingContainers())).toEqual(["asset-service"]);
    expect(traffic.failed).toEqual([]);
    expect(traffic.requests).toBeGreaterThan(100);
    expect(await current()).toBe(good);
    expect(await orphans()).toEqual([]);
    expect((await diff()).stdout).toContain(NO_CHANGES);
  });

  test.each(FAILING.filter(({ what }) => KINDS.includes(what)))(
    "that $what fails no request, says why, and is rolled back",
    expectFailsSafely,
  );
});
