import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Naming } from "../../constructs/naming";
import { RunError, type RunResult, waitFor } from "../../lib/run";
import type { Deployment, Say } from "../release/deployment";
import type { LaterBackup } from "./later";

/** The text of a script in this folder. */
const program = (name: string): string => readFileSync(join(__dirname, name), "utf8");

/** What is on the host that the system is to come back on. */
export interface Look {
  /** Changes with the machine, not with its address. */
  readonly machine: string;
  readonly system: string;
  /** What of E-Maintenance is there; undefined if there is nothing. */
  readonly found: string | undefined;
  /** Whether a restore was killed there. */
  readonly killed: boolean;
  /** Whether this part of the backup was restored there already. */
  readonly restored: boolean;
}

/** @throws Error if the host cannot be reached, or the login may not use sudo */
export async function lookAt(
  { host, layout, settings }: Deployment,
  backup: string,
  what: "full" | LaterBackup["what"] = "full",
): Promise<Look> {
  const environment = {
    ROOT: layout.root,
    LABEL: Naming.label("service"),
    SET: backup,
    WHAT: what,
  };
  const { stdout } = await host.script(program("look.sh"), environment).catch((error: unknown) => {
    const { code, stderr = "" } = (error instanceof RunError ? error.result : undefined) ?? { code: 255 };
    // 255 is ssh's own.
    if (code !== 255) throw new Error(stderr.trim() || String(error));
    throw new Error(
      `${settings.user}@${settings.address} cannot be reached: ${stderr.trim().split("\n").at(-1) ?? String(error)}. ` +
        "Expected a VM that lets the key in and shows one of SSH_HOST_KEYS. Correct SERVER_IP, SSH_USER, SSH_PRIVATE_KEY_FILE or SSH_HOST_KEYS.",
    );
  });
  const facts = new Map(
    stdout.split("\n").map((line) => [line.split("=")[0], line.slice(line.indexOf("=") + 1)]),
  );
  const containers = facts.get("containers");
  const file = facts.get("file");
  return {
    machine: facts.get("machine") ?? "",
    system: facts.get("system") ?? "",
    found: containers ? `the containers ${containers}` : file ? `the file ${file}` : undefined,
    killed: facts.has("killed"),
    restored: facts.has("restored"),
  };
}

/**
 * Removes from the host what a deploy has made that was killed before Terraform had written it down: the next one would find
 * the names taken. The host was empty before, so all of it was made by that deploy.
 */
export async function clearUnknown({ host, terraform }: Deployment): Promise<void> {
  const known = [
    ...(await terraform.idsInState("docker_container")),
    ...(await terraform.idsInState("docker_network")),
  ];
  await host.script(program("clear.sh"), { PROJECT: Naming.project, KNOWN: known.join(" ") });
}

/** What the operator's command ends with while another of its kind is under way. */
const BUSY = 4;
const WAIT_SECONDS = 1800;

/**
 * Runs the operator's command on the host, says what it says, and waits for one that is under way, such as that of a run
 * that was killed.
 * @throws Error if it fails
 */
export async function operate(
  { host }: Deployment,
  words: readonly string[],
  timeoutSeconds: number,
  say: Say,
): Promise<void> {
  const result = await waitFor<RunResult>(
    `the end of what keeps emaintenance ${words[0]} waiting`,
    WAIT_SECONDS,
    async () => {
      const one = await host.run(["emaintenance", ...words], undefined, true, {
        timeoutSeconds,
        onLine: (line) => say(`  ${line}`),
      });
      return one.code !== BUSY && one;
    },
    5000,
  );
  if (result.code !== 0)
    throw new Error(
      `emaintenance ${words.join(" ")} has ended with ${result.code} on the host, for the reason above`,
    );
}
