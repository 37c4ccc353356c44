import {
  CUT,
  expectRepaired,
  KILL,
  measureWholeDeploy,
  POWER_LOSS,
  TORN_STATE,
} from "../../e2e/support/interrupted-deploys";
import { endTrials } from "../../e2e/support/releases";

/** Minutes that one interrupted deploy, its repair and the checks may take on a slow machine. */
const MINUTES_EACH = 5;

beforeAll(measureWholeDeploy);
afterAll(endTrials);

describe.each([
  { fault: KILL, times: 20 },
  { fault: CUT, times: 20 },
  { fault: TORN_STATE, times: 5 },
  { fault: POWER_LOSS, times: 5 },
])("$times deploys during which $fault.what", ({ fault, times }) => {
  test(
    "are each repaired by the next one, and nothing is lost",
    () => expectRepaired(fault, times),
    times * MINUTES_EACH * 60_000,
  );
});
