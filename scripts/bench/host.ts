import { run, type RunResult } from "../../rehearsal/run";

/** What the bench needs of `npm run rehearse:status -- --json`. */
export interface RehearsalStatus {
  readonly address: string;
  readonly user: string;
  readonly sshPort: number;
  readonly keyFile: string;
  readonly knownHosts: string;
  readonly directory: string;
}

export async function status(name: string): Promise<RehearsalStatus> {
  const { stdout } = await run([
    "node",
    "--import",
    "tsx",
    "rehearsal/cli.ts",
    "status",
    "--json",
    "--name",
    name,
  ]);
  return JSON.parse(stdout) as RehearsalStatus;
}

/** Runs a line of shell on the host. */
export async function hostShell(host: RehearsalStatus, line: string, input?: string): Promise<RunResult> {
  const options = [
    "-o",
    "BatchMode=yes",
    "-o",
    "IdentitiesOnly=yes",
    "-o",
    `UserKnownHostsFile=${host.knownHosts}`,
  ];
  const argv = [
    "ssh",
    "-i",
    host.keyFile,
    "-p",
    String(host.sshPort),
    ...options,
    `${host.user}@${host.address}`,
    line,
  ];
  return run(argv, { input, timeoutSeconds: 300 });
}

/** Runs cdktf where the rehearsal's variables and state are. */
export async function cdktfIn(directory: string, args: readonly string[]): Promise<RunResult> {
  return run(["npx", "cdktf", ...args], {
    cwd: directory,
    env: { CHECKPOINT_DISABLE: "1", NODE_OPTIONS: "" },
    timeoutSeconds: 600,
  });
}
