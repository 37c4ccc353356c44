import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  cdktfIn,
  hostShell,
  rehearsalStatus,
  rehearse,
  type RehearsalStatus,
} from "../../../rehearsal/client";
import { stackFolder, VARIABLES_FILE } from "../../../rehearsal/deployment/working-directory";
import { run } from "../../../rehearsal/run";
import type { Report } from "../../support/preflight-host";
import { temporaryFolder } from "../../support/temporary-folder";

const name = `unfit-${process.pid}`;
const OTHER_KEY =
  "198.51.100.1 ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ2Fq0xXfM3Hq4bpZkQ0t3n2dRrkP9VwYkq8m8zQ1xAb";
let host: RehearsalStatus;

/** Runs a line of shell as root on the host, without a login. */
const asRoot = (line: string) => run(["docker", "exec", host.container, "bash", "-c", line]);

/** All that a deployment could make or change on the host, with owners, modes, sizes and times. */
async function listing(): Promise<string> {
  const lines = [
    "find /etc /opt /usr/local /var/lib/emaintenance /home /root /run/lock -printf '%p %y %u %g %m %s %T@\\n' 2> /dev/null | sort",
    "systemctl list-unit-files --no-legend --plain; systemctl list-timers --all --no-legend --plain | awk '{print $NF}' | sort",
    "docker ps --all --no-trunc --format '{{.ID}} {{.Names}} {{.State}}'; docker volume ls --quiet; docker network ls --no-trunc --quiet",
    "docker image ls --no-trunc --format '{{.ID}} {{.Repository}}:{{.Tag}}' | sort",
    "ufw status verbose; iptables -S; iptables -t nat -S; ip6tables -S",
    "getent passwd; getent group",
  ];
  return (await asRoot(lines.join("; "))).stdout;
}

/** What `cdktf deploy prod` runs, from an empty state, with these values beside those of the rehearsal. */
async function firstDeploy(values: object = {}, ...options: string[]) {
  rmSync(join(host.directory, "terraform.prod.tfstate"), { force: true });
  const file = join(temporaryFolder(), "values.tfvars.json");
  writeFileSync(file, JSON.stringify(values));
  const { code, stdout, stderr } = await run(
    [
      ...["terraform", "apply", "-auto-approve", "-input=false", "-no-color", ...options],
      ...[`-var-file=${join(host.directory, VARIABLES_FILE)}`, `-var-file=${file}`],
    ],
    { cwd: stackFolder(host.directory, "prod"), allowFailure: true, timeoutSeconds: 300 },
  );
  return { code, said: `${stdout}\n${stderr}` };
}

/** The lines of JSON that the preflight printed, without what Terraform writes before each. */
function report(said: string): Report {
  const [, json] = /^null_resource\.preflight \(remote-exec\): (\{.*\})$/m.exec(said) ?? [];
  if (json === undefined) throw new Error(`no report in: ${said}`);
  return JSON.parse(json) as Report;
}

beforeAll(async () => {
  await rehearse(["up", "--name", name, "--no-deploy"], { timeoutSeconds: 600 });
  host = await rehearsalStatus(name);
  // The first sudo of a login leaves a file in its home.
  await hostShell(host, "sudo -n true");
  await cdktfIn(host.directory, ["synth"]);
  await run(["terraform", "init", "-input=false"], { cwd: stackFolder(host.directory, "prod") });
}, 700_000);

afterAll(() => rehearse(["down", "--name", name, "--keep-images"], { timeoutSeconds: 300 }), 300_000);

/** A program before those of the host, on every login's path. */
const standIn = (program: string, text: string) =>
  `printf '%s\\n' '#!/bin/sh' '${text}' > /usr/local/bin/${program}; chmod 0755 /usr/local/bin/${program}`;

interface Fault {
  readonly what: string;
  /** Lines of shell that make the fault, and that end it. */
  readonly make?: string;
  readonly end?: string;
  readonly values?: object;
  /** The check that says so, and what it finds. */
  readonly check: string;
  readonly found: RegExp;
}

const FAULTS: readonly Fault[] = [
  {
    what: "a clock that is an hour behind",
    make: standIn("date", 'exec /bin/date --date "$(/bin/date --date "1 hour ago" --iso-8601=seconds)" "$@"'),
    end: "rm /usr/local/bin/date",
    check: "clock",
    found: /^the clock of HOST is 3[56]\d\d seconds behind that of the machine that deploys$/,
  },
  {
    what: "a full disk",
    make: "mkdir /opt/emaintenance; mount -t tmpfs -o size=64m full /opt/emaintenance",
    end: "umount /opt/emaintenance; rmdir /opt/emaintenance",
    check: "disk",
    found: /^\/opt\/emaintenance has 64 MiB of free disk space \(on \/opt\/emaintenance\)$/,
  },
  {
    what: "the gateway's port in another program's hands",
    make: "systemd-run --quiet --unit other-program systemd-socket-activate --listen=0.0.0.0:3030 /bin/cat",
    end: "systemctl stop other-program",
    check: "port 3030",
    found: /^0\.0\.0\.0:3030 is used by systemd-socket-\w* \(process \d+\)$/,
  },
  {
    what: "an old Docker Engine",
    make: standIn(
      "docker",
      'case "$*" in "version --format"*APIVersion*) echo "20.10.24 1.41" ;; *) exec /usr/bin/docker "$@" ;; esac',
    ),
    end: "rm /usr/local/bin/docker",
    check: "docker",
    found: /^Docker Engine 20\.10\.24 on HOST speaks API 1\.41$/,
  },
  {
    what: "a login without sudo",
    make:
      "useradd --create-home --groups docker plain; " +
      "install -d -o plain -g plain -m 0700 /home/plain/.ssh; " +
      "install -o plain -g plain -m 0600 /home/deploy/.ssh/authorized_keys /home/plain/.ssh/authorized_keys",
    end: "userdel --force --remove plain",
    values: { SSH_USER: "plain" },
    check: "sudo",
    found: /^plain may not use sudo without a password on HOST$/,
  },
];

describe("a first deploy to a host that is not fit for it", () => {
  test.each(FAULTS)("stops at $what, and changes nothing", async (fault) => {
    await asRoot(fault.make ?? "true");
    try {
      const before = await listing();
      const { code, said } = await firstDeploy(fault.values);

      const errors = report(said).findings.filter(({ severity }) => severity === "error");
      expect(errors).toEqual([expect.objectContaining({ check: fault.check })]);
      expect(errors[0]?.found.replaceAll(host.container, "HOST")).toMatch(fault.found);
      expect(errors[0]?.mend).not.toBe("");
      expect(code).not.toBe(0);
      expect(await listing()).toBe(before);
    } finally {
      await asRoot(fault.end ?? "true");
    }
  });

  test("stops at another host key, and changes nothing", async () => {
    const before = await listing();
    const { code, said } = await firstDeploy({ SSH_HOST_KEYS: OTHER_KEY });

    expect(said).toMatch(/key\s+verification\s+failed/i);
    expect(code).not.toBe(0);
    expect(await listing()).toBe(before);
  });

  test("passes the preflight once the faults have ended", async () => {
    const { code, said } = await firstDeploy({}, "-target=null_resource.preflight");

    expect(report(said)).toMatchObject({ errors: 0 });
    expect(code).toBe(0);
  });
});
