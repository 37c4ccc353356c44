import { join } from "node:path";
import { repository } from "../lib/paths";
import { run } from "../lib/run";

/** The account that the smoke script makes on an empty system: its admin. */
export const OPERATOR = { username: "operator", password: "only-for-a-rehearsal-7" } as const;

const SECONDS = 120;

/** What the smoke script did through the gateway, as a user would. */
export interface SmokeResult {
  readonly workOrderId: string | number;
  readonly assetId: string | number;
}

/**
 * Logs in, creates and assigns a work order, uploads a file and reads it back, lists assets.
 * @throws RunError with the script's sentence
 */
export async function runSmoke(url: string): Promise<SmokeResult> {
  const { stdout } = await run(["node", join(repository, "rehearsal/app/scripts/smoke.mjs"), url], {
    env: { SMOKE_USER: OPERATOR.username, SMOKE_PASSWORD: OPERATOR.password },
    timeoutSeconds: SECONDS,
  });
  return JSON.parse(stdout.trim().split("\n").pop() ?? "") as SmokeResult;
}
