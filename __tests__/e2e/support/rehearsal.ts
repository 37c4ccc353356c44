import { readFileSync } from "node:fs";
import { join } from "node:path";
import { cdktfIn, hostShell, type RehearsalStatus } from "../../../rehearsal/client";
import type { RunOptions, RunResult } from "../../../lib/run";
import { runSmoke, type SmokeResult } from "../../../rehearsal/smoke";
import { apply, type Deployed, plan } from "./stack";

/** Set by the global setup of the e2e tests. */
export const REHEARSAL_VARIABLE = "EMAINTENANCE_E2E_REHEARSAL";

export function rehearsal(): RehearsalStatus {
  const text = process.env[REHEARSAL_VARIABLE];
  if (text === undefined) throw new Error("no rehearsal host: run these tests with --selectProjects e2e");
  return JSON.parse(text) as RehearsalStatus;
}

/**
 * Runs `npx cdktf` where the rehearsal's variables and state are. It takes 5 s longer than Terraform itself: for tests of
 * the command line that users type.
 */
export const cdktf = (args: readonly string[], options: RunOptions = {}): Promise<RunResult> =>
  cdktfIn(rehearsal().directory, [...args, "--no-color"], options);

export const deploy = (what: Deployed = {}): Promise<RunResult> => apply(rehearsal().directory, what);

export const diff = (what: Deployed = {}): Promise<RunResult> => plan(rehearsal().directory, what);

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

/** Address of a machine that is not the host, and has no sshd: the one on the host's way out. */
export async function outside(): Promise<string> {
  return (await onHost("ip -4 -o route show default | awk '{print $3}'")).stdout.trim();
}

/** Uses the rehearsal's system as a user would. */
export const smoke = (): Promise<SmokeResult> => runSmoke(rehearsal().url);

/** Says on a host what is uploaded there, each file with its digest. */
export const listUploads = (root = "/opt/emaintenance") =>
  `sudo find ${root}/data -path '*uploads*' -type f -exec sha256sum {} + | sort`;

/** One value out of the real database. */
export async function queryDatabase(sql: string): Promise<string> {
  const { stdout } = await onHost(
    `docker exec -i emaintenance-postgres sh -c 'psql -XAtq -U "$POSTGRES_USER" -d "$POSTGRES_DB"'`,
    { input: sql },
  );
  return stdout.trim();
}
