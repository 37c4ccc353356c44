import { randomBytes } from "node:crypto";
import { statSync } from "node:fs";
import { join } from "node:path";
import { stateFile } from "../../constructs/state-path";
import { cdktfIn, hostShell } from "../../rehearsal/client";
import { run } from "../../lib/run";
import { runSmoke } from "../../rehearsal/smoke";
import { temporaryFolder } from "../support/temporary-folder";
import { BareMachine } from "./support/bare-machine";
import { HostileTenant } from "./support/hostile-tenant";
import { OTHER_ROOT } from "./support/other-root";
import { NO_CHANGES } from "./support/rehearsal";
import { plan } from "./support/stack";
import { report, UNFIT_STATES } from "./support/unfit-states";

/**
 * One machine with sshd and sudo only, from its first contact to its loss: what the bootstrap refuses, the bootstrap, states in
 * which nothing is deployed, the first deploy, backups, and two restores on a bare machine of the same address.
 */
let machine: BareMachine;

/** GiB of rows and of uploaded files in addition to the few of the smoke test, for a measurement. @default none */
const EXTRA_GIB = Number(process.env.EMAINTENANCE_E2E_GIB ?? 0);

const OTHER_KEY =
  "198.51.100.1 ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ2Fq0xXfM3Hq4bpZkQ0t3n2dRrkP9VwYkq8m8zQ1xAb";

beforeAll(async () => {
  machine = await BareMachine.make(`bare-${process.pid}`);
}, 1_900_000);

afterAll(() => machine.remove(), 300_000);

const release = (id: string, version: string, codename: string) =>
  `ID=${id}\nVERSION_ID=${version}\nVERSION_CODENAME=${codename}\nPRETTY_NAME="${id} ${version}"`;

describe("a machine with sshd and sudo only", () => {
  test("of another distribution is left as it is, and the script says why", async () => {
    const { code, stderr } = await machine.bootstrap({}, { "/etc/os-release": release("fedora", "42", "") });

    expect(stderr).toBe(
      "HOST runs fedora 42. Expected Debian 12 or 13, or Ubuntu 22.04 or 24.04. Install Docker Engine 25 or later, ufw, cron, logrotate, jq and curl by hand, and deploy prod alone.",
    );
    expect(code).toBe(1);
    expect((await hostShell(machine.host, "command -v ufw jq", { allowFailure: true })).stdout).toBe("");
  });

  test("with an old engine in its distribution turns to Docker's own packages", async () => {
    const { code, stdout, stderr } = await machine.bootstrap(
      {},
      {
        "/etc/os-release": release("debian", "12", "bookworm"),
        "/usr/bin/apt-cache": '#!/bin/sh\necho "  Candidate: 20.10.24+dfsg1-1+deb12u1"',
      },
    );

    expect(stdout).toContain("debian 12 has no Docker Engine 25 or later: taking it from http://127.0.0.1:9");
    expect(stderr).toMatch(
      /^Docker's packages cannot be had from http:\/\/127\.0\.0\.1:9 on HOST: curl: .*\. Expected a way to that site, or a mirror of it as dockerRepository\. Correct the network or the setting, and deploy again\.$/,
    );
    expect(code).toBe(1);
  });

  test("becomes a host by one command", async () => {
    await machine.firstDeploy("bootstrap");

    const { stdout } = await hostShell(
      machine.host,
      "docker version --format '{{.Server.Version}}'; sudo ufw status",
    );
    expect(stdout).toMatch(/^(2[5-9]|[3-9]\d)\./);
    expect(stdout).toContain("Status: ");
  });
});

describe("a first deploy to a host that is not fit for it", () => {
  // The first sudo of a login leaves a file in its home.
  beforeAll(() => hostShell(machine.host, "sudo -n true"));

  test.each(UNFIT_STATES)("stops at $what, and changes nothing", async (fault) => {
    await machine.asRoot(fault.make ?? "true");
    try {
      const before = await machine.listing();
      const { code, said } = await machine.firstApply(fault.values ?? {});

      const errors = report(said).findings.filter(({ severity }) => severity === "error");
      expect(errors).toEqual([expect.objectContaining({ check: fault.check })]);
      expect(errors[0]?.found.replaceAll(machine.host.container, "HOST")).toMatch(fault.found);
      expect(errors[0]?.remedy).not.toBe("");
      expect(code).not.toBe(0);
      expect(await machine.listing()).toBe(before);
    } finally {
      await machine.asRoot(fault.end ?? "true");
    }
  });

  test("stops at another host key, and changes nothing", async () => {
    const before = await machine.listing();
    const { code, said } = await machine.firstApply({ SSH_HOST_KEYS: OTHER_KEY });

    expect(said).toMatch(/key\s+verification\s+failed/i);
    expect(code).not.toBe(0);
    expect(await machine.listing()).toBe(before);
  });
});

describe("a host without faults", () => {
  test("gets the system by one command", async () => {
    machine.forgetState();
    await machine.firstDeploy("prod");

    expect((await fetch(machine.host.url)).status).toBe(200);
    expect(await machine.shell("sudo ufw status")).toContain("Status: active");
  });
});

describe("a host that is ready", () => {
  test("is not changed by a second run of both stacks", async () => {
    const argv = ["deploy", "bootstrap", "prod", "--parallelism", "1", "--auto-approve", "--no-color"];
    const { stdout } = await cdktfIn(machine.host.directory, argv);

    expect(stdout.split(NO_CHANGES)).toHaveLength(3);
  });

  test("is not changed by the script itself", async () => {
    await hostShell(machine.host, "sudo touch /root/stamp");
    const { stdout } = await machine.bootstrap();
    const { stdout: newer } = await hostShell(
      machine.host,
      "sudo find /etc /usr /var/lib/dpkg /var/lib/apt -newer /root/stamp -type f",
    );

    expect(stdout).toContain("the host was ready: nothing has changed");
    expect(newer).toBe("");
  });

  test("gets a login that deploys, in addition to the services' 1001, if one is asked for", async () => {
    const { stdout } = await machine.bootstrap({ DEPLOY_USER: "ops" });
    const { stdout: about } = await hostShell(machine.host, "id ops; sudo -n -u ops sudo -n id -un");

    expect(stdout).toContain("made the login ops");
    expect(about).toMatch(/^uid=11\d\d\(ops\) .*\(docker\)\nroot\n$/);
    expect((await machine.bootstrap({ DEPLOY_USER: "ops" })).stdout).toContain("nothing has changed");
  });

  test("gets none under a name that a group has, and the script says why", async () => {
    const { code, stderr } = await machine.bootstrap({ DEPLOY_USER: "operator" });

    expect(stderr).toContain(
      "the login operator cannot be made on HOST (above). Expected a name that is free, among the groups too. Choose another deployUser, and deploy again.",
    );
    expect(code).toBe(1);
  });

  test("with an engine that is too old keeps it, and the script says why", async () => {
    const { code, stderr } = await machine.bootstrap({}, { "/usr/bin/docker": "#!/bin/sh\necho 20.10.24" });

    expect(stderr).toBe(
      "HOST has Docker Engine 20.10.24. Expected 25 or later. Remove it (apt-get remove docker.io docker-ce), which keeps containers and volumes, and deploy again.",
    );
    expect(code).toBe(1);
  });
});

/** Each word of the operator's command as root runs it, in this order; a word that is not here fails the test. */
const WORDS: readonly (readonly [word: string, ...lines: string[]])[] = [
  ["status", "status", "status --json"],
  ["health", "health"],
  ["logs", "logs --tail 200", "logs work-order-service --timestamps"],
  ["safety-check", "safety-check", "safety-check --json"],
  ["version", "version"],
  ["completion", "completion"],
  ["releases", "releases"],
  ["verify", "verify"],
  ["maintenance", "maintenance on 'a page'", "maintenance off"],
  ["backup", "backup database", "backup database --plain", "backup uploads", "backup full", "backup prune"],
  ["backups", "backups"],
  ["verify-backup", "verify-backup --newest"],
  ["clean-up", "clean-up --dry-run", "clean-up"],
  ["off-host", "off-host copy", "off-host list", "off-host check"],
  ["restart", "restart work-order-service"],
  [
    "restore",
    "restore list",
    "restore uploads --exact --yes",
    "restore database --yes",
    "restore full --dry-run",
  ],
  ["point-in-time", "point-in-time"],
];

describe("a service that an attacker has taken over", () => {
  /** Exit codes of what refused its work, by what was run; a job that was ended by its time limit does not count. */
  const refused = (runs: Readonly<Record<string, number>>) =>
    Object.fromEntries(Object.entries(runs).filter(([, code]) => code !== 0));

  const tenant = new HostileTenant((line, input) => machine.shell(line, input), OTHER_ROOT);
  // What follows compares every file by its digest.
  afterAll(() => tenant.tidy());

  test("makes root execute nothing, follow nothing and lose nothing, whatever root runs", async () => {
    await runSmoke(machine.host.url);
    const planted = await tenant.plant();
    const before = await tenant.digest();
    const said: string[] = [];
    const asRoot = async (line: string): Promise<number> => {
      const { code, stdout, stderr } = await hostShell(machine.host, `cd / && sudo ${line}`, {
        allowFailure: true,
        timeoutSeconds: 600,
      });
      said.push(`${line}\n${stdout}${stderr}`);
      return code;
    };

    // GIVEN every job that a schedule of the host starts
    const timers = await machine.shell(
      "systemctl list-unit-files --no-legend --plain 'emaintenance-*.timer' | awk '{ print $1 }'",
    );
    const jobs = timers
      .trim()
      .split("\n")
      .map((timer) => timer.replace(/\.timer$/, ".service"));
    const words = (await machine.shell("emaintenance --words")).trim().split("\n");
    expect(WORDS.map(([word]) => word).sort()).toEqual(words);

    const runs: Record<string, number> = {};
    for (const job of jobs) runs[job] = await asRoot(`systemctl start ${job}`);
    for (const line of WORDS.flatMap(([, ...lines]) => lines))
      runs[line] = await asRoot(`emaintenance ${line}`);
    // A deploy that replaces the services, with its dump, its migration, its gates and its checks.
    const deploy = await machine.apply({ JWT_SECRET: randomBytes(48).toString("base64url") });
    runs.deploy = deploy.code;

    console.log(
      `${planted} things planted, ${Object.keys(runs).length} scripts run: ${JSON.stringify(runs)}`,
    );
    expect(await tenant.damage()).toBe("");
    expect(await tenant.digest()).toBe(before);
    // eslint-disable-next-line no-control-regex -- what a terminal obeys
    expect(said.join("\n")).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f]/);
    // The archive of the log is disabled here.
    expect(refused(runs)).toEqual({ "point-in-time": 3 });
    expect(planted).toBeGreaterThan(500);
    await runSmoke(machine.host.url);
  });
});

describe("a host that is lost", () => {
  beforeAll(async () => {
    await runSmoke(machine.host.url);
    if (EXTRA_GIB > 0) await machine.addData(EXTRA_GIB);
  });

  test("comes back on a bare one from the copies, by one command: every row, every file", async () => {
    const [, full] = /(full_\d{8}_\d{6})/.exec(await machine.shell("sudo emaintenance backup full")) ?? [];
    // What comes after the full backup, and before the daily one of the database.
    await runSmoke(machine.host.url);
    const before = await machine.data();
    expect(before.uploads).not.toBe("");
    expect(before.rows).toMatch(/^work_orders\|[1-9]/m);
    const [, uploads] =
      /(uploads_\d{8}_\d{6})/.exec(await machine.shell("sudo emaintenance backup uploads")) ?? [];
    const [, database] =
      /(db_\d{8}_\d{6})/.exec(await machine.shell("sudo emaintenance backup database")) ?? [];
    // The schedule may be copying now, or have done so.
    await machine.shell("sudo systemctl stop 'emaintenance-off-host-*.timer'");
    const copied = await machine.shell("sudo emaintenance off-host copy");
    console.log(copied);
    expect(copied).toMatch(/copied \d+ backups|every backup is copied/);

    await machine.lose();

    expect(await machine.restore()).toContain(
      `${full}, then ${uploads}, then ${database} is restored on ${machine.host.address}, and verified at ${machine.host.url}`,
    );
    expect(await machine.data()).toEqual(before);
    await runSmoke(machine.host.url);
    // It holds secrets, and is its owner's alone.
    expect(statSync(join(machine.host.directory, stateFile("prod"))).mode & 0o777).toBe(0o600);
    expect((await plan(machine.host.directory)).stdout).toContain(NO_CHANGES);
  });

  test("comes back from a backup in a folder of the workstation as well", async () => {
    const before = await machine.data();
    const [, full = ""] =
      /(full_\d{8}_\d{6})/.exec(await machine.shell("sudo emaintenance backup full")) ?? [];
    // The backups are root's; the workstation takes one over SSH, as the page for the lost VM says.
    const folder = temporaryFolder();
    const login = `ssh -i ${machine.host.keyFile} -p ${machine.host.sshPort} -o UserKnownHostsFile=${machine.host.knownHosts} ${machine.host.user}@${machine.host.address}`;
    const copy = `${login} sudo tar -C ${OTHER_ROOT}/backups -c ${full} | tar -C ${folder} -x`;
    await run(["bash", "-o", "pipefail", "-c", copy], { timeoutSeconds: 1800 });

    // GIVEN a system whose containers are removed, and whose data are kept
    await machine.shell("docker rm --force $(docker ps --all --quiet --filter label=emaintenance.service)");
    const { code, stderr } = await machine.tryRestore("--from", join(folder, full));
    expect(stderr).toContain(`is not empty: it has the file ${OTHER_ROOT}/data/`);
    expect(code).toBe(1);

    await machine.lose();

    expect(await machine.restore("--from", join(folder, full))).toContain(
      `${full} is restored on ${machine.host.address}`,
    );
    expect(await machine.data()).toEqual(before);
  });
});
