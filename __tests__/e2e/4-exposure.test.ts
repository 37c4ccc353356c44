import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ensureBaseImages } from "../../rehearsal/images/images";
import { run } from "../../rehearsal/run";
import { rehearsal } from "./support/rehearsal";

/** All TCP ports of the host that answer another machine on its network. */
async function openPorts(address: string): Promise<number[]> {
  const { node } = await ensureBaseImages();
  const argv = [
    "docker",
    "run",
    "--rm",
    "-i",
    "--network",
    rehearsal().network,
    node,
    "node",
    "--input-type=module",
    "-",
    address,
  ];
  const input = readFileSync(join(__dirname, "support", "scan-ports.mjs"), "utf8");
  const { stdout } = await run(argv, { input, timeoutSeconds: 400 });
  return JSON.parse(stdout) as number[];
}

describe("from another machine on the host's network", () => {
  test("ports 22 and 3030 answer, and none of the other 65533", async () => {
    expect(await openPorts(rehearsal().address)).toEqual([22, 3030]);
  });
});
