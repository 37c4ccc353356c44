import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { complaintsInWords, PreflightHost } from "../../../support/preflight-host";
import { temporaryFolder } from "../../../support/temporary-folder";

describe("what the preflight checks find wrong with the login and the system", () => {
  test("nothing, on a good host", async () => {
    expect(await complaintsInWords(new PreflightHost())).toEqual([]);
  });

  test("a login that may not use sudo", async () => {
    const host = new PreflightHost().program("sudo", 'echo "sudo: a password is required" >&2; exit 1');

    expect(await complaintsInWords(host)).toEqual([
      "error sudo: deploy may not use sudo without a password on vm1. Expected root, or a login with passwordless sudo. " +
        'Add "deploy ALL=(ALL) NOPASSWD: ALL" with visudo.',
      "warning firewall: whether there is a chain DOCKER-USER on vm1 cannot be seen without sudo. " +
        "Expected root, or a login with passwordless sudo. See above.",
    ]);
  });

  test("another system than those that are known", async () => {
    const alpine = join(temporaryFolder(), "os-release");
    writeFileSync(alpine, 'PRETTY_NAME="Alpine Linux v3.22"\nID=alpine\nVERSION_ID=3.22.1\n');

    expect(await complaintsInWords(new PreflightHost(), { OS_RELEASE: alpine })).toEqual([
      "warning system: Alpine Linux v3.22, on which nobody has tried this. " +
        "Expected Debian 12 or 13, or Ubuntu 22.04 or 24.04. Go on at your own risk.",
    ]);
  });

  test("another architecture", async () => {
    expect(await complaintsInWords(new PreflightHost().program("uname", "echo riscv64"))).toEqual([
      "error architecture: vm1 is a machine of type riscv64. Expected one of x86_64 aarch64. " +
        "Use another VM; if your images are built for this one, add it to the preflight's architectures.",
    ]);
  });

  test("programs that are missing", async () => {
    expect(await complaintsInWords(new PreflightHost(), { PROGRAMS: "sed jq ufw" })).toEqual([
      "error programs: these are not installed: jq ufw. Expected all of sed jq ufw. " +
        "Run `npx cdktf deploy bootstrap`, or install them with apt-get.",
    ]);
  });

  test.each([
    [
      "vm1",
      "warning names: vm1 does not find its own address, which makes sudo slow. Expected an address. " +
        'Add "127.0.1.1 vm1" to /etc/hosts.',
    ],
    [
      "localhost",
      "error names: vm1 does not find the address of localhost. Expected 127.0.0.1. " +
        "Correct /etc/hosts and /etc/nsswitch.conf.",
    ],
  ])("no address of %s", async (name, message) => {
    expect(await complaintsInWords(new PreflightHost().program("getent", `[ "$2" != ${name} ]`))).toEqual([
      message,
    ]);
  });

  test.each([
    ["+2 hours", 7200, "ahead of"],
    ["-2 hours", 7200, "behind"],
  ])("a clock that is wrong by %s", async (shift, seconds, side) => {
    // Asked for the current time, it prints another one; the rest is unchanged.
    const host = new PreflightHost().program(
      "date",
      `if [ "$*" = +%s ]; then exec /bin/date --date '${shift}' +%s; fi; exec /bin/date "$@"`,
    );

    const [message, ...others] = await complaintsInWords(host);

    expect(others).toEqual([]);
    expect(message).toMatch(/^error clock: the clock of vm1 is \d+ seconds (ahead|behind) /);
    const [, found = "", found_side] = /is (\d+) seconds (ahead of|behind)/.exec(message ?? "") ?? [];
    expect(Math.abs(Number(found) - seconds)).toBeLessThan(15);
    expect(found_side).toBe(side);
    expect(message).toMatch(
      /that of the machine that deploys\. Expected at most 60\. See which of the two is wrong; on the host: timedatectl set-ntp true\.$/,
    );
  });

  test("a clock that is not synchronised", async () => {
    const [message] = await complaintsInWords(new PreflightHost().program("timedatectl", "echo no"));

    expect(message).toMatch(
      /^warning clock: right within \d seconds, but nothing keeps it so\. Expected a clock that is synchronised\./,
    );
  });
});
