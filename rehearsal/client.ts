import { join } from "node:path";
import { run, RunError, type RunOptions, type RunResult } from "../lib/run";

/** The repository's root. */
export const ROOT = join(__dirname, "..");

/** One rehearsal, as `npm run rehearse:status -- --json` describes it. */
export interface RehearsalStatus {
  readonly name: string;
  /** Where the gateway answers. */
  readonly url: string;
  readonly address: string;
  /** The login that deploys. */
  readonly user: string;
  readonly sshPort: number;
  readonly keyFile: string;
  readonly knownHosts: string;
  /** Docker network on which other machines of the rehearsal can be placed. */
  readonly network: string;
  /** Container that is the host. */
  readonly container: string;
  /** Where cdktf.json, the variables and the state are. */
  readonly directory: string;
  /** Which provider plugins deployed it. */
  readonly plugins: string;
}

/** Runs the rehearsal's command line, as `npm run rehearse` does. */
export async function rehearse(args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  return run(["node", "--import", "tsx", "rehearsal/cli.ts", ...args], { cwd: ROOT, ...options });
}

/** The rehearsal of a name. */
export async function rehearsalStatus(name: string): Promise<RehearsalStatus> {
  const { stdout } = await rehearse(["status", "--name", name, "--json"]);
  return JSON.parse(stdout) as RehearsalStatus;
}

/** Runs a line of shell on the host, as the login that deploys. */
export async function hostShell(
  host: RehearsalStatus,
  line: string,
  options: RunOptions = {},
): Promise<RunResult> {
  const option = (text: string) => ["-o", text];
  const argv = [
    ...["ssh", "-i", host.keyFile, "-p", String(host.sshPort)],
    ...option("BatchMode=yes"),
    ...option("IdentitiesOnly=yes"),
    ...option(`UserKnownHostsFile=${host.knownHosts}`),
    `${host.user}@${host.address}`,
    line,
  ];
  return run(argv, { timeoutSeconds: 300, ...options });
}

/** Of what a failed command printed, so many characters tell why. */
const LAST_CHARACTERS = 4000;

/** Seconds within which one cdktf command must end. */
const CDKTF_SECONDS = 600;

/** Runs `npx cdktf` in a folder with a cdktf.json. Of a failure it shows what Terraform said, which cdktf prints as output. */
export async function cdktfIn(
  directory: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<RunResult> {
  const result = await run(["npx", "cdktf", ...args], {
    cwd: directory,
    env: { CHECKPOINT_DISABLE: "1", NODE_OPTIONS: "" },
    timeoutSeconds: CDKTF_SECONDS,
    ...options,
    allowFailure: true,
  });
  if (result.code !== 0 && !options.allowFailure) {
    const said = [result.stdout, result.stderr].map((text) => text.slice(-LAST_CHARACTERS)).join("\n");
    throw new RunError(`cdktf ${args.join(" ")} in ${directory}: exit code ${result.code}\n${said}`, result);
  }
  return result;
}
