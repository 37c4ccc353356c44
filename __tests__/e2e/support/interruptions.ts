import { truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stateFile } from "../../../constructs/state-path";
import { hostExec } from "../../../rehearsal/host/host";
import { run, waitFor } from "../../../lib/run";
import { deploy, onHost, rehearsal } from "./rehearsal";
import { trialValues } from "./releases";
import { rehearsalImages } from "./trial-images";

const ENDS_WITHIN_SECONDS = 60;

/** What happens to a deploy at some time. `group` is the process group of Terraform and all that it started. */
export type Interruption = (group: number) => Promise<void>;

/** The workstation loses its power. */
export const killWorkstation: Interruption = async (group) => {
  // For a signal, 0 means the group of the sender.
  if (group <= 1) throw new Error(`${group} is no process group of a deploy`);
  process.kill(-group, "SIGKILL");
  const { directory } = rehearsal();
  await waitFor("the end of Terraform and its plugins", ENDS_WITHIN_SECONDS, async () => {
    const { code } = await run(["pgrep", "--full", `^(terraform|node|ssh) .*${directory}`], {
      allowFailure: true,
    });
    return code === 1;
  });
};

/** The same, as if Terraform had just emptied its state to write it again; some of it must have been written before. */
export const tearState: Interruption = async (group) => {
  await killWorkstation(group);
  truncateSync(join(rehearsal().directory, stateFile("prod")));
};

/** Every connection that the deploying login has is gone. */
export const cutConnections: Interruption = async () => {
  const { name, user } = rehearsal();
  await hostExec(name, `pkill -KILL -f '^sshd(-session)?: ${user}'`, { allowFailure: true });
};

/** The host loses its power and comes back. */
export const rebootHost: Interruption = async () => {
  await run(["docker", "restart", "--time", "0", rehearsal().container], { timeoutSeconds: 120 });
  await waitFor("the host and its engine after the start", 180, async () => {
    return (await onHost("docker info", { allowFailure: true })).code === 0;
  });
};

/** A line of Terraform about a step that changes something; not about its plan, and not about a step in progress. */
const STEP = /^(?:docker|null)_(?!resource\.preflight|.*: (?:Still |Refreshing state))/;

/** Deploys with another image of one service, as far as it comes. */
export async function deployImage(
  service: string,
  image: string,
  options: { readonly atLine?: number; readonly interruption?: Interruption } = {},
): Promise<{
  readonly code: number;
  /** Lines that it printed of its steps. */
  readonly lines: number;
  readonly lastLine: string;
  /** Whether it came to the line of the interruption. */
  readonly interrupted: boolean;
  readonly output: string;
}> {
  writeFileSync(trialValues(), JSON.stringify({ IMAGES: { ...rehearsalImages(), [service]: image } }));
  let lines = 0;
  let lastLine = "";
  let group = 0;
  let interrupted: Promise<void> | undefined;
  const { code, stdout, stderr } = await deploy({
    values: [trialValues()],
    ownGroup: true,
    allowFailure: true,
    onStart: (started) => void (group = started),
    onLine: (line) => {
      if (interrupted || !STEP.test(line)) return;
      lines += 1;
      lastLine = line.trim();
      if (lines !== options.atLine) return;
      interrupted = options.interruption?.(group);
      // Seen below, once Terraform has ended.
      interrupted?.catch(() => undefined);
    },
  });
  await interrupted;
  return { code, lines, lastLine, interrupted: interrupted !== undefined, output: stdout + stderr };
}
