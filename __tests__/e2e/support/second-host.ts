import { readFileSync } from "node:fs";
import { join } from "node:path";
import { run, type RunResult } from "../../../lib/run";
import { rehearsal } from "./rehearsal";

const SCAN_SECONDS = 120;

/** `docker run` of another machine on the host's network, of the host's own image. */
async function secondHost(program: string, ...options: string[]): Promise<string[]> {
  const { network, container } = rehearsal();
  const { stdout } = await run(["docker", "inspect", "--format", "{{.Image}}", container]);
  return ["docker", "run", "--rm", "--network", network, ...options, "--entrypoint", program, stdout.trim()];
}

/**
 * All TCP ports of an address that answer another machine on the host's network, out of 1 to 65535.
 *
 * @param ports look at these only. @default all
 */
export async function openPorts(address: string, ports: readonly number[] = []): Promise<number[]> {
  const argv = [...(await secondHost("python3", "-i")), "-", address, ...ports.map(String)];
  const input = readFileSync(join(__dirname, "scan-ports.py"), "utf8");
  const { stdout } = await run(argv, { input, timeoutSeconds: SCAN_SECONDS });
  return JSON.parse(stdout) as number[];
}

/** Runs a line of shell as root on another machine on the host's network, with the host's own programs. */
export async function onSecondHost(line: string): Promise<RunResult> {
  const argv = [...(await secondHost("bash", "--cap-add", "NET_ADMIN")), "-c", line];
  return run(argv, { allowFailure: true, timeoutSeconds: 60 });
}
