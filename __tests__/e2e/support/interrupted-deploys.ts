import { underTraffic } from "../../../rehearsal/traffic/traffic";
import {
  cutConnections,
  deployImage,
  type Interruption,
  killWorkstation,
  rebootHost,
  tearState,
} from "./interruptions";
import {
  diff,
  inspectOnHost,
  listUploads,
  NO_CHANGES,
  onHost,
  queryDatabase,
  rehearsal,
  smoke,
} from "./rehearsal";
import { orphans, trialValues } from "./releases";
import { trialImage } from "./trial-images";

/** Of the lines that a whole deploy prints: after the last ones, nothing is left to interrupt. */
const LATEST = 0.9;

const SERVICE = "asset-service";

/** Lines that a deploy prints that nothing interrupts. */
let wholeLines = 0;

/** Deploys once without an interruption, which gives the times of those that follow. */
export async function measureWholeDeploy(): Promise<void> {
  await smoke();
  const { lines, code } = await deployImage(SERVICE, await trialImage(SERVICE, ["LABEL trial=whole"]));
  expect(code).toBe(0);
  wholeLines = lines;
}

/** Something that happens to a deploy. */
export interface Fault {
  readonly what: string;
  readonly short: string;
  readonly interruption: Interruption;
  /** Part of the lines of a whole deploy before which it does not happen. @default 0 */
  readonly earliest?: number;
  /** Whether every request is answered all the while. */
  readonly serves: boolean;
}

export const KILL: Fault = {
  what: "the workstation is killed",
  short: "kill",
  interruption: killWorkstation,
  serves: true,
};
export const CUT: Fault = {
  what: "the connections are cut",
  short: "cut",
  interruption: cutConnections,
  serves: true,
};
export const TORN_STATE: Fault = {
  what: "the workstation is killed while Terraform writes its state",
  short: "torn",
  interruption: tearState,
  // Terraform changes something by then, and has saved the state from before.
  earliest: 0.6,
  serves: true,
};
export const POWER_LOSS: Fault = {
  what: "the host loses its power",
  short: "reboot",
  interruption: rebootHost,
  serves: false,
};

const workOrders = async () => Number(await queryDatabase("SELECT count(*) FROM work_orders"));

const uploads = async () => (await onHost(listUploads())).stdout;

/** Deploys a new image, lets something happen to it at a random line of its output, and deploys it again. */
async function interruptAndRepair(name: string, interruption: Interruption, earliest: number): Promise<void> {
  const image = await trialImage(SERVICE, [`LABEL trial=${name}`]);
  const atLine = Math.ceil((earliest + Math.random() * (LATEST - earliest)) * wholeLines) || 1;
  const first = await deployImage(SERVICE, image, { atLine, interruption });
  console.log(`${name}: at line ${atLine} of ${wholeLines}, exit code ${first.code}, at: ${first.lastLine}`);
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
  expect((await diff({ values: [trialValues()] })).stdout).toContain(NO_CHANGES);
}

/** Lets it happen in so many deploys, one after the other: each is repaired by the next deploy, and nothing is lost. */
export async function expectRepaired(fault: Fault, times: number): Promise<void> {
  const { short, interruption, serves, earliest = 0 } = fault;
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
}
