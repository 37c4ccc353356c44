import { join } from "node:path";
import { GATEWAY } from "../../e2e/support/exposure";
import { deploy, onHost, rehearsal } from "../../e2e/support/rehearsal";
import { openPorts } from "../../e2e/support/second-host";
import { ROOT } from "../../../rehearsal/client";

describe("a firewall that forgets the port of sshd", () => {
  const wrong = `node --import tsx ${join(ROOT, "__tests__/e2e/apps/wrong-firewall.ts")}`;

  test("is rolled back automatically within a minute, and the deployment fails and prints the reason", async () => {
    const before = (await onHost("sudo ufw show added; sudo cat /etc/ufw/after.rules")).stdout;
    let closed = 0;
    const onLine = (line: string) => {
      if (line.includes("the firewall is in place")) closed = Date.now();
    };

    const { code, stdout, stderr } = await deploy({ app: wrong, allowFailure: true, onLine });
    const seconds = (Date.now() - closed) / 1000;

    expect(code).not.toBe(0);
    const said = (stdout + stderr).replace(/\s+/g, " ");
    expect(said).toContain("came through it within 30 s.");
    expect(said).toContain("It let in: allow 3030, allow 2222.");
    expect(seconds).toBeLessThan(60);
    expect((await onHost("sudo ufw show added; sudo cat /etc/ufw/after.rules")).stdout).toBe(before);
  });

  test("and the next deployment puts the right one in place", async () => {
    await deploy();
    expect(await openPorts(rehearsal().address, [22, 2222, GATEWAY])).toEqual([22, GATEWAY]);
  });
});
