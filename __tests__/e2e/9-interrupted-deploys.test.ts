import { underTraffic } from "../../rehearsal/traffic/traffic";
import {
  cutConnections,
  deployImage,
  type Interruption,
  killWorkstation,
  OFTEN,
  rebootHost,
  tearState,
} from "./support/interruptions";
import {
  diff,
  inspectOnHost,
  LIST_UPLOADS,
  NO_CHANGES,
  onHost,
  queryDatabase,
  rehearsal,
  smoke,
} from "./support/rehearsal";
import { endTrials, orphans, trialValues } from "./support/releases";
import { trialImage } from "./support/trial-images";

const MINUTES_EACH = 5;
const LEAST_MINUTES = 15;

/** Of the time that a whole deploy takes: the next one may be a little faster. */
const LATEST = 0.85;

const SERVICE = "asset-service";

let wholeSeconds: number;

beforeAll(async () => {
  await smoke();
  const { seconds, code } = await deployImage(SERVICE, await trialImage(SERVICE, ["LABEL trial=whole"]));
  expect(code).toBe(0);
  wholeSeconds = seconds;
});
afterAll(endTrials);

const workOrders = async () => Number(await queryDatabase("SELECT count(*) FROM work_orders"));

const uploads = async () => (await onHost(LIST_UPLOADS)).stdout;

/** Deploys a new image, lets something happen to it at a random moment, and deploys it again. */
async function interruptAndRepair(name: string, interruption: Interruption, earliest: number): Promise<void> {
  const image = await trialImage(SERVICE, [`LABEL trial=${name}`]);
  const afterSeconds = (earliest + Math.random() * (LATEST - earliest)) * wholeSeconds;
  const first = await deployImage(SERVICE, image, { afterSeconds, interruption });
  console.log(
    `${name}: after ${afterSeconds.toFixed(1)} of ${wholeSeconds.toFixed(1)} s, exit code ${first.code}, at: ${first.lastLine}`,
  );
  expect(first.interrupted).toBe(true);
  const second = await deployImage(SERVICE, image);
  expect({ code: second.code, output: second.code === 0 ? "" : second.output.slice(-4000) }).toEqual({
    code: 0,
    output: "",
  });
}

/** Nothing of the interrupted deploy is left. */
async function expectRest(name: string): Promise<void> {
  const [container] = await inspectOnHost<{ Config: { Labels: Record<string, string> } }>(
    `emaintenance-${SERVICE}`,
  );
  expect(container?.Config.Labels.trial).toBe(name);
  expect(await orphans()).toEqual([]);
  expect((await onHost("ls /run/emaintenance/deploy/lock", { allowFailure: true })).stdout).toBe("");
  expect((await diff(["--var-file", trialValues()])).stdout).toContain(NO_CHANGES);
}

const FAULTS = [
  {
    what: "the workstation is killed",
    short: "kill",
    interruption: killWorkstation,
    times: OFTEN ? 20 : 2,
    serves: true,
  },
  {
    what: "the workstation is killed while Terraform writes its state",
    short: "torn",
    interruption: tearState,
    /** Terraform changes something by then, and has saved the state from before. */
    earliest: 0.6,
    times: OFTEN ? 5 : 1,
    serves: true,
  },
  {
    what: "the connections are cut",
    short: "cut",
    interruption: cutConnections,
    times: OFTEN ? 20 : 2,
    serves: true,
  },
  {
    what: "the host loses its power",
    short: "reboot",
    interruption: rebootHost,
    times: OFTEN ? 5 : 1,
    serves: false,
  },
];

describe.each(FAULTS)(
  "where $what during a deploy",
  ({ short, interruption, times, serves, earliest = 0 }) => {
    test(
      "the next one repairs all, and nothing is lost",
      async () => {
        const [orders, files] = [await workOrders(), await uploads()];
        let created = 0;
        for (let round = 1; round <= times; round += 1) {
          const name = `${short}-${round}`;
          const { traffic } = await underTraffic(rehearsal().url, () =>
            interruptAndRepair(name, interruption, earliest),
          );
          if (serves) expect(traffic.failed).toEqual([]);
          created += traffic.created;
          await expectRest(name);
        }
        expect(await workOrders()).toBeGreaterThanOrEqual(orders + created);
        expect(await uploads()).toBe(files);
        await smoke();
      },
      Math.max(LEAST_MINUTES, times * MINUTES_EACH) * 60_000,
    );
  },
);
