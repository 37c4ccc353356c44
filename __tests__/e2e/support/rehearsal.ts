import { readFileSync } from "node:fs";
import { join } from "node:path";
import { cdktfIn, hostShell, type RehearsalStatus, ROOT } from "../../../rehearsal/client";
import { run, type RunOptions, type RunResult } from "../../../rehearsal/run";

/** Set by the global setup of the e2e tests. */
export const REHEARSAL_VARIABLE = "EMAINTENANCE_E2E_REHEARSAL";

export function rehearsal(): RehearsalStatus {
  const text = process.env[REHEARSAL_VARIABLE];
  if (text === undefined) throw new Error("no rehearsal host: run these tests with --selectProjects e2e");
  return JSON.parse(text) as RehearsalStatus;
}

/** Runs `npx cdktf` where the rehearsal's variables and state are. */
const cdktf = (args: readonly string[], options: RunOptions = {}): Promise<RunResult> =>
  cdktfIn(rehearsal().directory, [...args, "--no-color"], options);

export const deploy = (args: readonly string[] = [], options: RunOptions = {}): Promise<RunResult> =>
  cdktf(["deploy", "prod", "--auto-approve", ...args], options);

export const destroy = (args: readonly string[] = [], options: RunOptions = {}): Promise<RunResult> =>
  cdktf(["destroy", "prod", "--auto-approve", ...args], options);

export const diff = (args: readonly string[] = [], options: RunOptions = {}): Promise<RunResult> =>
  cdktf(["diff", "prod", ...args], options);

/** What Terraform says when nothing differs. */
export const NO_CHANGES = "No changes. Your infrastructure matches the configuration.";

/** Runs a line of shell on the host, as the login that deploys. */
export const onHost = (line: string, options: RunOptions = {}): Promise<RunResult> =>
  hostShell(rehearsal(), line, options);

/** `docker inspect` on the host. */
export async function inspectOnHost<T>(...names: string[]): Promise<T[]> {
  const { stdout } = await onHost(`docker inspect ${names.join(" ")}`);
  return JSON.parse(stdout) as T[];
}

/** The deploy-time values of the rehearsal. */
export function variables(): Record<string, string> {
  const file = join(rehearsal().directory, "rehearsal.auto.tfvars.json");
  return JSON.parse(readFileSync(file, "utf8")) as Record<string, string>;
}

/** What the smoke script did through the gateway, as a user would. */
export interface SmokeResult {
  readonly workOrderId: string | number;
  readonly assetId: string | number;
}

/** Logs in, creates and assigns a work order, uploads a file and reads it back, lists assets. */
export async function smoke(): Promise<SmokeResult> {
  const { stdout } = await run(["node", "rehearsal/app/scripts/smoke.mjs", rehearsal().url], {
    cwd: ROOT,
    env: { SMOKE_USER: "operator", SMOKE_PASSWORD: "only-for-a-rehearsal-7" },
    timeoutSeconds: 120,
  });
  return JSON.parse(stdout.trim().split("\n").pop() ?? "") as SmokeResult;
}

/** One value out of the real database. */
export async function queryDatabase(sql: string): Promise<string> {
  const { stdout } = await onHost(
    `docker exec -i emaintenance-postgres sh -c 'psql -XAtq -U "$POSTGRES_USER" -d "$POSTGRES_DB"'`,
    { input: sql },
  );
  return stdout.trim();
}
