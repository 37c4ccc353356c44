import { logBound } from "../../../constructs/host/log-rotation";
import { everything, LOGS, rotate, UNIT } from "../../e2e/support/log-rotation";
import { onHost } from "../../e2e/support/rehearsal";

jest.setTimeout(300_000);

const MIB = 1024 * 1024;
const KEPT = 3;

/** Lines of 200 bytes, numbered from 0, with something in them that does not compress to nothing. */
const LINES = 1_048_576;
const WRITER = `
  const fs = require("node:fs"), crypto = require("node:crypto");
  const pad = crypto.randomBytes(95).toString("hex");
  const log = fs.openSync("/app/logs/load.log", "a");
  for (let n = 0; n < ${LINES}; n++) fs.writeSync(log, String(n).padStart(8, "0") + " " + pad + "\\n");`;

/** Writes 200 MB in a service's container, while something else goes on. @returns seconds that it took */
async function write200MB(meanwhile: (done: () => boolean) => Promise<void>): Promise<number> {
  const began = Date.now();
  let seconds: number | undefined;
  const writing = onHost("docker exec -i emaintenance-user-service node", { input: WRITER }).then(
    () => (seconds = (Date.now() - began) / 1000),
  );
  await Promise.all([writing, meanwhile(() => seconds !== undefined)]);
  return await writing;
}

const clean = () => onHost(`sudo sh -c 'rm -f ${LOGS}/user-service/load.log*'`);
const bytesOfLogs = async () => Number((await onHost(`sudo du -sb ${LOGS} | cut -f 1`)).stdout);

beforeEach(clean);
afterAll(async () => {
  await clean();
  await onHost(`sudo systemctl start ${UNIT}.timer`);
});

describe("200 MB of log lines, written at speed by a program that knows nothing of rotation", () => {
  test("are all there, in order, however often they are rotated while they are written", async () => {
    await onHost(`sudo systemctl stop ${UNIT}.timer`);
    let rotations = 0;
    await write200MB(async (done) => {
      while (!done() && rotations < KEPT) {
        const { stdout } = await onHost(
          `sudo stat -c %s ${LOGS}/user-service/load.log 2> /dev/null || echo 0`,
        );
        if (Number(stdout) > 20 * MIB) {
          await rotate();
          rotations += 1;
        }
      }
    });

    // Three old files are kept. How many rotations the writer lives to see is the machine's speed.
    expect(rotations).toBeGreaterThan(0);
    const { stdout } = await onHost(
      `${everything(`${LOGS}/user-service/load.log`)} | awk 'BEGIN { n = 0 } !NF { next } $1 != n { print "expected " n ", got " $1; exit } { n++ } END { print n " lines" }'`,
    );
    expect(stdout).toBe(`${LINES} lines\n`);
  });

  test("never take more room than the bound, and what is left of them has no gap", async () => {
    await onHost(`sudo systemctl start ${UNIT}.timer`);
    let most = 0;
    const seconds = await write200MB(async (done) => {
      while (!done()) most = Math.max(most, await bytesOfLogs());
    });

    const bound = logBound({}, 200 / seconds);
    expect(most / MIB).toBeLessThan(bound.filesMiB + bound.inflowMiB);
    await rotate();
    expect((await bytesOfLogs()) / MIB).toBeLessThan(logBound().filesMiB);
    const { stdout } = await onHost(
      `${everything(`${LOGS}/user-service/load.log`)} | awk 'NF && n != "" && $1 != n { print "expected " n ", got " $1; exit } NF { n = $1 + 1 } END { print n }'`,
    );
    expect(stdout).toBe(`${LINES}\n`);
  });
});
