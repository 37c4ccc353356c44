import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../../rehearsal/client";
import { run } from "../../../rehearsal/run";
import { temporaryFolder } from "../../support/temporary-folder";
import { deploy, diff, NO_CHANGES, onHost, rehearsal, variables } from "../support/rehearsal";

jest.setTimeout(300_000);

const EXTRA_PORT = `node --import tsx ${join(ROOT, "__tests__/e2e/apps/extra-port.ts")}`;
const NOWHERE = "nowhere.invalid/emaintenance/web:1";
const OTHER_KEY =
  "198.51.100.1 ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ2Fq0xXfM3Hq4bpZkQ0t3n2dRrkP9VwYkq8m8zQ1xAb";

/** Runs a line on the host as root, whatever its sudo allows. */
const asRoot = (line: string) => run(["docker", "exec", rehearsal().container, "bash", "-c", line]);

/** All that a deployment makes on the host, with owners, modes, sizes and times; not what the programs themselves write. */
async function listing(): Promise<string> {
  const { stdout } = await asRoot(
    [
      "docker ps --all --no-trunc --format '{{.ID}} {{.Names}} {{.State}}' | sort",
      "docker volume ls --quiet | sort",
      "docker network ls --no-trunc --quiet | sort",
      "docker image ls --no-trunc --format '{{.ID}} {{.Repository}}:{{.Tag}}' | sort",
      "find /opt/emaintenance /etc /usr/local -path '/opt/emaintenance/data/*' -prune -o -path '/opt/emaintenance/logs/*' -prune " +
        "-o -path /opt/emaintenance/status -prune -o -printf '%p %u %g %m %s %T@\\n' | sort",
    ].join("; "),
  );
  return stdout;
}

/** A program of the host that answers one question wrongly; all else is the real one's. */
const fake = (name: string, question: string, answer: string) =>
  asRoot(
    `printf '%s\\n' '#!/bin/sh' 'case "$*" in ${question}) ${answer} ;; *) exec /usr/bin/${name} "$@" ;; esac' ` +
      `> /usr/local/bin/${name} && chmod 755 /usr/local/bin/${name}`,
  );

/** A deployment that has to fail, with other values for some variables: what it said. */
async function failedDeploy(values: object = {}): Promise<string> {
  const file = join(temporaryFolder(), "values.tfvars.json");
  writeFileSync(file, JSON.stringify(values));
  const args = ["--no-color", "--app", EXTRA_PORT, "--var-file", file];
  const { code, stdout, stderr } = await deploy(args, { allowFailure: true });
  if (code === 0) throw new Error(`the deployment did not fail:\n${stdout}`);
  return stdout + stderr;
}

afterAll(async () => {
  await asRoot(
    [
      "rm -f /usr/local/bin/docker /usr/local/bin/date",
      "systemctl stop e2e-listener 2> /dev/null",
      "umount /opt/emaintenance/backups 2> /dev/null",
      "mv /root/sudoers.kept /etc/sudoers.d/deploy 2> /dev/null",
      "true",
    ].join("; "),
  );
});

describe("a deployment that the host cannot take", () => {
  test("stops where another machine answers", async () => {
    const before = await listing();

    const words = await failedDeploy({ SSH_HOST_KEYS: OTHER_KEY });

    expect(words).toMatch(/key\s+verification\s+failed/i);
    expect(await listing()).toBe(before);
  });

  test("stops with a line for each fault, and nothing is changed or removed", async () => {
    await fake("docker", "*APIVersion*", 'echo "20.10.24 1.41"');
    await fake("date", "+%s", "exec /usr/bin/date --date -2hours +%s");
    await asRoot(
      "systemd-run --quiet --unit e2e-listener systemd-socket-activate --listen 127.0.0.1:3100 cat",
    );
    await asRoot("mount -t tmpfs -o size=8m tmpfs /opt/emaintenance/backups");
    const before = await listing();
    const images = { ...(variables().IMAGES as unknown as object), web: NOWHERE };

    const words = await failedDeploy({ IMAGES: images });

    const host = rehearsal().container;
    for (const line of [
      new RegExp(
        `error +clock +the clock of ${host} is 7[12]\\d\\d seconds behind that of the machine that deploys\\.`,
      ),
      new RegExp(`error +docker +Docker Engine 20\\.10\\.24 on ${host} speaks API 1\\.41\\.`),
      new RegExp(`error +image +${NOWHERE} is neither on ${host} nor can it be pulled: `),
      /error +disk +\/opt\/emaintenance\/backups has 8 MiB of free disk space \(on \/opt\/emaintenance\/backups\)\./,
      /error +port 3100 +127\.0\.0\.1:3100 is used by systemd-socket- \(process \d+\)\./,
      new RegExp(
        `the host ${host} is not ready: 5 error\\(s\\), \\d warning\\(s\\); nothing on it was changed`,
      ),
    ]) {
      expect(words).toMatch(line);
    }
    expect(words).toContain('"errors":5');
    expect(await listing()).toBe(before);
    await asRoot(
      "rm /usr/local/bin/docker /usr/local/bin/date; systemctl stop e2e-listener; umount /opt/emaintenance/backups",
    );
  });

  test("stops where the login may not use sudo", async () => {
    await asRoot("mv /etc/sudoers.d/deploy /root/sudoers.kept");
    const before = await listing();

    const words = await failedDeploy();

    expect(words).toMatch(/error +sudo +deploy may not use sudo without a password on /);
    expect(await listing()).toBe(before);
    await asRoot("mv /root/sudoers.kept /etc/sudoers.d/deploy");
  });
});

test("once all is mended, the next look ends well, and after it there is nothing to do", async () => {
  const ids = async () => (await onHost("docker ps --no-trunc --quiet | sort")).stdout;
  const before = await ids();

  const { stdout } = await deploy(["--no-color"]);

  expect(stdout).toMatch(/the host \S+ is ready: /);
  expect(await ids()).toBe(before);
  expect((await diff(["--no-color"])).stdout).toContain(NO_CHANGES);
});
