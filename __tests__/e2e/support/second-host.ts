import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ensureBaseImages } from "../../../rehearsal/images/images";
import { run, type RunResult } from "../../../rehearsal/run";
import { rehearsal } from "./rehearsal";

const SCAN_SECONDS = 400;

/**
 * All TCP ports of an address that answer another machine on the host's network, out of 1 to 65535.
 *
 * @param ports look at these only. @default all
 */
export async function openPorts(address: string, ports?: readonly number[]): Promise<number[]> {
  const { node } = await ensureBaseImages();
  const argv = [
    ...["docker", "run", "--rm", "-i", "--network", rehearsal().network, node],
    ...["node", "--input-type=module", "-", address, ...(ports ?? []).map(String)],
  ];
  const input = readFileSync(join(__dirname, "scan-ports.mjs"), "utf8");
  const { stdout } = await run(argv, { input, timeoutSeconds: SCAN_SECONDS });
  return JSON.parse(stdout) as number[];
}

/** Runs a line of shell as root on another machine on the host's network, with the host's own programs. */
export async function onSecondHost(line: string): Promise<RunResult> {
  const { network, container } = rehearsal();
  const { stdout } = await run(["docker", "inspect", "--format", "{{.Image}}", container]);
  return run(
    [
      ...["docker", "run", "--rm", "--network", network, "--cap-add", "NET_ADMIN"],
      ...["--entrypoint", "bash", stdout.trim(), "-c", line],
    ],
    { allowFailure: true, timeoutSeconds: 60 },
  );
}
