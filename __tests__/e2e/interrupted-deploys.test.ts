import { CUT, expectRepaired, KILL, measureWholeDeploy } from "./support/interrupted-deploys";
import { endTrials } from "./support/releases";

beforeAll(measureWholeDeploy);
afterAll(endTrials);

describe("a deploy during which", () => {
  // Each of them once, at a random line of its output; `npm run check:faults` does it 20 times, and more kinds.
  test.each([KILL, CUT])("$what is repaired by the next one, and nothing is lost", (fault) =>
    expectRepaired(fault, 1),
  );
});
