import { everything, LOGS, rotate, UNIT } from "../support/log-rotation";
import { onHost, rehearsal } from "../support/rehearsal";

jest.setTimeout(300_000);

describe("the gateway's access log", () => {
  const REQUESTS = 2500;
  const LOG = `${LOGS}/nginx/access.log`;

  test("has every request once, also of those that came while it was rotated", async () => {
    const mark = `rotation-${Date.now()}`;
    const pad = "x".repeat(6000);
    let sent = 0;
    const client = async () => {
      while (sent < REQUESTS) {
        const answer = await fetch(`${rehearsal().url}/api/auth/me?${mark}=${(sent += 1)}&pad=${pad}`);
        await answer.arrayBuffer();
      }
    };
    let working = true;
    const rotating = (async () => {
      while (working) await rotate();
    })();
    await Promise.all(Array.from({ length: 8 }, client));
    working = false;
    await rotating;

    const { stdout } = await onHost(
      `${everything(LOG)} | grep -o '${mark}=[0-9]*' | sort | uniq -c | awk '{ if ($1 != 1) print; else n++ } END { print n }'`,
    );
    expect(stdout).toBe(`${sent}\n`);
    const { stdout: rotated } = await onHost(`ls ${LOG}.1.gz`);
    expect(rotated).toBe(`${LOG}.1.gz\n`);
  });
});

describe("a rotation", () => {
  test("ends well, and without a word in the host's journal", async () => {
    const { stdout } = await onHost("cat /opt/emaintenance/status/log-rotation.json");
    expect(JSON.parse(stdout)).toMatchObject({ job: "log-rotation", exitCode: 0 });
    const { stdout: failed } = await onHost(`systemctl is-failed ${UNIT}.service`, { allowFailure: true });
    expect(failed).not.toContain("failed");
    const { stdout: journal } = await onHost(`sudo journalctl -q -u ${UNIT}.service -p info..info`);
    expect(journal).toBe("");
  });
});
