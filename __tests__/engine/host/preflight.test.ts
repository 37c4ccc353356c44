import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import { renderTemplate } from "../../../constructs/templates";
import { PreflightHost } from "../../support/preflight-host";
import { temporaryFolder } from "../../support/temporary-folder";

/** Listens on a free port of an address, for as long as `use` takes. */
async function whileListening<T>(address: string, use: (port: number) => Promise<T>): Promise<T> {
  const server: Server = createServer();
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  try {
    return await use((server.address() as { port: number }).port);
  } finally {
    server.close();
  }
}

/** A folder of /proc with these files. */
function proc(files: Readonly<Record<string, string>>): string {
  const folder = temporaryFolder();
  const all = { meminfo: "MemTotal:        8192000 kB\n", filesystems: "nodev\toverlay\n", ...files };
  for (const [name, text] of Object.entries(all)) writeFileSync(join(folder, name), text);
  return folder;
}

test("the whole script, put together, is clean", () => {
  const file = join(temporaryFolder(), "preflight.sh");
  writeFileSync(file, renderTemplate("host/preflight.sh.eta", {}));

  expect(spawnSync("shellcheck", [file], { encoding: "utf8" })).toMatchObject({ status: 0, stdout: "" });
});

describe("a host that is ready", () => {
  const release = join(temporaryFolder(), "os-release");
  writeFileSync(release, 'PRETTY_NAME="Debian GNU/Linux 13 (trixie)"\nID=debian\nVERSION_ID="13"\n');

  test("is told so in a table, with every finding, and in JSON behind it", async () => {
    const settings = { OS_RELEASE: release, PROC: proc({}), FOLDER: "/", EXPECTED_TIME: "", PROGRAMS: "sed" };

    const { code, stdout, stderr } = await new PreflightHost().look(settings);

    const lines = stdout.trimEnd().split("\n");
    expect({ code, stderr, table: lines.slice(0, -1) }).toEqual({
      code: 0,
      stderr: "",
      table: [
        "result   check          found",
        "ok       sudo           deploy may use sudo without a password",
        "ok       system         Debian GNU/Linux 13 (trixie)",
        "ok       architecture   x86_64",
        "ok       programs       sed are installed",
        "ok       names          localhost and vm1 have addresses",
        "ok       clock          not compared",
        "ok       docker         Docker Engine 26.1.5, API 1.45",
        "ok       storage        storage driver overlay2",
        "ok       firewall       iptables, with the chain DOCKER-USER",
        "ok       kernel         limits memory, swap and CPU; overlay",
        "ok       cpu            4 cores, of which one container may use 1.5",
        "ok       images         2 on the host, 0 can be pulled",
        "ok       memory         7.8 GiB, of which all containers together may use 64 MiB",
        expect.stringMatching(/^ok {7}disk {11}\/ has [\d.]+ GiB and \d+ inodes free \(on \/\)$/),
        "the host vm1 is ready: 0 warning(s)",
      ],
    });
    expect(JSON.parse(lines.at(-1) ?? "")).toMatchObject({
      host: "vm1",
      login: "deploy",
      errors: 0,
      warnings: 0,
    });
  });
});

describe("what a look finds wrong", () => {
  const one = async (host: PreflightHost, settings: Readonly<Record<string, string>> = {}) => {
    const complaints = await host.complaints({ PROC: proc({}), OS_RELEASE: debian, ...settings });
    return complaints.map(
      ({ severity, check, found, expected, mend }) =>
        `${severity} ${check}: ${found}. Expected ${expected}. ${mend}.`,
    );
  };
  const debian = join(temporaryFolder(), "os-release");
  writeFileSync(debian, "PRETTY_NAME=Debian\nID=debian\nVERSION_ID=13\n");

  test("nothing, on a good host", async () => {
    expect(await one(new PreflightHost())).toEqual([]);
  });

  test("a login that may not use sudo", async () => {
    const host = new PreflightHost().program("sudo", 'echo "sudo: a password is required" >&2; exit 1');

    expect(await one(host)).toEqual([
      "error sudo: deploy may not use sudo without a password on vm1. Expected root, or a login with passwordless sudo. " +
        'Add "deploy ALL=(ALL) NOPASSWD: ALL" with visudo.',
      "warning firewall: whether there is a chain DOCKER-USER on vm1 cannot be seen without sudo. " +
        "Expected root, or a login with passwordless sudo. See above.",
    ]);
  });

  test("another system than those that are known", async () => {
    const alpine = join(temporaryFolder(), "os-release");
    writeFileSync(alpine, 'PRETTY_NAME="Alpine Linux v3.22"\nID=alpine\nVERSION_ID=3.22.1\n');

    expect(await one(new PreflightHost(), { OS_RELEASE: alpine })).toEqual([
      "warning system: Alpine Linux v3.22, on which nobody has tried this. " +
        "Expected Debian 12 or 13, or Ubuntu 22.04 or 24.04. Go on at your own risk.",
    ]);
  });

  test("another architecture", async () => {
    expect(await one(new PreflightHost().program("uname", "echo riscv64"))).toEqual([
      "error architecture: vm1 is a machine of type riscv64. Expected one of x86_64 aarch64. " +
        "Use another VM; where your images are built for this one, add it to the preflight's architectures.",
    ]);
  });

  test("programs that are missing", async () => {
    expect(await one(new PreflightHost(), { PROGRAMS: "sed jq ufw" })).toEqual([
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
    expect(await one(new PreflightHost().program("getent", `[ "$2" != ${name} ]`))).toEqual([message]);
  });

  test.each([
    ["+2 hours", 7200, "ahead of"],
    ["-2 hours", 7200, "behind"],
  ])("a clock that is wrong by %s", async (shift, seconds, side) => {
    // Asked for the time of now, it tells another; all else is as it is.
    const host = new PreflightHost().program(
      "date",
      `if [ "$*" = +%s ]; then exec /bin/date --date '${shift}' +%s; fi; exec /bin/date "$@"`,
    );

    const [message, ...others] = await one(host);

    expect(others).toEqual([]);
    expect(message).toMatch(/^error clock: the clock of vm1 is \d+ seconds (ahead|behind) /);
    const [, found = "", found_side] = /is (\d+) seconds (ahead of|behind)/.exec(message ?? "") ?? [];
    expect(Math.abs(Number(found) - seconds)).toBeLessThan(15);
    expect(found_side).toBe(side);
    expect(message).toMatch(
      /that of the machine that deploys\. Expected at most 60\. See which of the two is wrong; on the host: timedatectl set-ntp true\.$/,
    );
  });

  test("a clock that nothing keeps right", async () => {
    const [message] = await one(new PreflightHost().program("timedatectl", "echo no"));

    expect(message).toMatch(
      /^warning clock: right within \d seconds, but nothing keeps it so\. Expected a clock that is synchronised\./,
    );
  });

  test("no Docker", async () => {
    expect(await one(new PreflightHost("without Docker"))).toEqual([
      "error docker: Docker is not installed on vm1. Expected Docker Engine 25 or later. " +
        "Run `npx cdktf deploy bootstrap`, or install it (Debian 13: apt-get install docker.io).",
    ]);
  });

  test("an engine that does not answer", async () => {
    const host = new PreflightHost().program(
      "docker",
      'echo "Cannot connect to the Docker daemon" >&2; exit 1',
    );
    host.program("id", "case $1 in -un) echo deploy ;; -nG) echo deploy docker ;; *) echo 1000 ;; esac");

    expect(await one(host)).toEqual([
      "error docker: the Docker Engine on vm1 does not answer: Cannot connect to the Docker daemon. " +
        "Expected a running engine. On the host: systemctl start docker; journalctl -u docker.",
    ]);
  });

  test("a login that is not in the group docker", async () => {
    const host = new PreflightHost().program("docker", 'echo "permission denied" >&2; exit 1');
    host.program("id", "case $1 in -un) echo deploy ;; -nG) echo deploy sudo ;; *) echo 1000 ;; esac");

    expect(await one(host)).toEqual([
      "error group docker: deploy is not in the group docker on vm1: permission denied. " +
        "Expected a login in the group docker, or root. On the host: usermod -aG docker deploy.",
    ]);
  });

  test.each([
    ["1.41", false],
    ["1.9", false],
    ["1.44", true],
    ["1.100", true],
  ])("Docker API %s, good enough: %s", async (api, enough) => {
    const host = new PreflightHost().docker({ "version *APIVersion*": `echo '20.10.24 ${api}'` });

    expect(await one(host)).toEqual(
      enough
        ? []
        : [
            `error docker: Docker Engine 20.10.24 on vm1 speaks API ${api}. ` +
              "Expected 1.44 or later (Docker Engine 25). Upgrade Docker.",
          ],
    );
  });

  test("an engine that a reboot does not start", async () => {
    expect(await one(new PreflightHost().program("systemctl", "echo disabled; exit 1"))).toEqual([
      "warning docker: Docker Engine 26.1.5, API 1.45, which a reboot does not start. Expected a service that is enabled. " +
        "On the host: systemctl enable docker.",
    ]);
  });

  test("a storage driver from long ago", async () => {
    expect(await one(new PreflightHost().docker({ "info *Driver}}": "echo vfs" }))).toEqual([
      "warning storage: storage driver vfs, which is slow or no longer maintained. Expected overlay2. " +
        'Set "storage-driver": "overlay2" in /etc/docker/daemon.json; images have to be pulled anew.',
    ]);
  });

  test("a firewall backend without the chain DOCKER-USER", async () => {
    expect(await one(new PreflightHost().docker({ "info *FirewallBackend*": "echo nftables" }))).toEqual([
      "error firewall: the Docker Engine on vm1 keeps its rules in nftables, and has no chain DOCKER-USER. " +
        'Expected the backend iptables. Remove "firewall-backend" from /etc/docker/daemon.json and restart Docker.',
    ]);
  });

  test("an engine that leaves iptables alone", async () => {
    const host = new PreflightHost().program(
      "iptables",
      'echo "iptables: No chain/target/match by that name." >&2; exit 1',
    );

    expect(await one(host)).toEqual([
      "error firewall: there is no chain DOCKER-USER on vm1: iptables: No chain/target/match by that name. " +
        "Expected a Docker Engine that keeps its rules with iptables. " +
        'Remove "iptables": false from /etc/docker/daemon.json, install iptables, and restart Docker.',
    ]);
  });

  test.each([
    [
      "MemoryLimit",
      "error kernel: the kernel of vm1 cannot limit: memory. Expected the cgroup controllers memory and cpu. " +
        "Add cgroup_enable=memory to the kernel's command line and reboot, or use a kernel of the distribution.",
    ],
    [
      "CPUCfsQuota",
      "error kernel: the kernel of vm1 cannot limit: cpu. Expected the cgroup controllers memory and cpu. " +
        "Add cgroup_enable=memory to the kernel's command line and reboot, or use a kernel of the distribution.",
    ],
    [
      "SwapLimit",
      "warning kernel: the kernel of vm1 does not limit swap, so that a container may fill it. " +
        "Expected swap accounting. Add swapaccount=1 to the kernel's command line and reboot, or use no swap.",
    ],
  ])("a kernel without %s", async (field, message) => {
    expect(await one(new PreflightHost().docker({ [`info *${field}*`]: "echo false" }))).toEqual([message]);
  });

  test("a kernel without overlay", async () => {
    const host = new PreflightHost().program("modprobe", "exit 1");

    expect(await one(host, { PROC: proc({ filesystems: "\text4\n" }) })).toEqual([
      "error kernel: the kernel of vm1 has no overlay file system. Expected a kernel with overlay. " +
        "Use a kernel of the distribution.",
    ]);
  });

  test("fewer cores than one container may use", async () => {
    expect(await one(new PreflightHost().docker({ "info *NCPU*": "echo 1" }))).toEqual([
      "error cpu: vm1 has 1 cores, and a container may use 1.5. Expected at least 1.5. " +
        "Use a larger VM, or lower limits.cpus of that container.",
    ]);
  });

  test("less memory than any container could work with", async () => {
    const settings = { PROC: proc({ meminfo: "MemTotal: 524288 kB\n" }), LEAST_MEMORY_MIB: "1024" };

    expect(await one(new PreflightHost(), settings)).toEqual([
      "error memory: vm1 has 512 MiB of memory. Expected at least 1.0 GiB. Use a larger VM.",
    ]);
  });

  test("less memory than all containers may use", async () => {
    expect(await one(new PreflightHost(), { MEMORY_LIMITS_MIB: "9000" })).toEqual([
      "warning memory: vm1 has 7.8 GiB of memory, and all containers together may use 8.7 GiB. " +
        "Expected no less than they may use. Use a larger VM, or lower limits.memoryMiB.",
    ]);
  });

  test("all at once", async () => {
    const host = new PreflightHost().docker({
      "version *APIVersion*": "echo '20.10.24 1.41'",
      "image inspect *": "exit 1",
      "pull *": "echo 'manifest unknown' >&2; exit 1",
    });
    host.program("uname", "echo riscv64");

    const { code, stdout } = await host.look({
      PROC: proc({}),
      OS_RELEASE: debian,
      LEAST_MEMORY_MIB: "9000",
    });

    expect(code).toBe(1);
    expect(stdout.match(/^error {4}\w+/gm)).toEqual([
      "error    architecture",
      "error    docker",
      "error    image",
      "error    image",
      "error    memory",
    ]);
    expect(stdout).toMatch(
      /^the host vm1 is not ready: 5 error\(s\), 0 warning\(s\); nothing on it was changed$/m,
    );
    expect(host.calls.filter((call) => /^docker (rm|run|start|stop|create|load)/.test(call))).toEqual([]);
  });
});

describe("a real disk", () => {
  /** In memory, and small: a few MiB more or less are all that is there. */
  const full = mkdtempSync("/dev/shm/emaintenance-test-");
  afterAll(() => rmSync(full, { recursive: true, force: true }));
  const free = () =>
    Number(
      execFileSync("df", ["--output=avail", "--block-size=1M", "/dev/shm"], { encoding: "utf8" }).split(
        "\n",
      )[1],
    );

  test("that is too full", async () => {
    const complaints = await new PreflightHost().complaints({
      FOLDER: join(full, "opt/emaintenance"),
      LEAST_DISK_MIB: String(free() + 100),
    });

    const own = complaints.filter(({ found }) => found.includes(full));
    expect(own).toEqual([
      {
        check: "disk",
        severity: "error",
        found: expect.stringMatching(
          /\/opt\/emaintenance has [\d.]+ [MG]iB of free disk space \(on \/dev\/shm\)$/,
        ) as string,
        expected: expect.stringMatching(/^at least [\d.]+ [MG]iB$/) as string,
        mend: "See what fills it: df -h /dev/shm; docker system df",
      },
    ]);
  });

  test("that is nearly full", async () => {
    const complaints = await new PreflightHost().complaints({
      FOLDER: full,
      LOW_DISK_MIB: String(free() + 100),
    });

    expect(complaints.filter(({ found }) => found.includes(full))).toMatchObject([
      { severity: "warning", check: "disk", mend: "See what fills it: df -h /dev/shm; docker system df" },
    ]);
  });

  test("that has no more inodes", async () => {
    const complaints = await new PreflightHost().complaints({ FOLDER: full, LEAST_INODES: "99999999999" });

    expect(complaints.find(({ found }) => found.includes(full))).toMatchObject({
      severity: "error",
      check: "disk",
      found: expect.stringMatching(/ has \d+ free inodes \(on \/dev\/shm\)$/) as string,
      expected: "at least 99999999999",
      mend: "See what has so many files: du --inodes -x -d 2 /dev/shm",
    });
  });

  test("is looked at once, however many of our folders lie on it", async () => {
    const { findings } = await new PreflightHost().report({ FOLDER: "/" });

    expect(findings.filter(({ check }) => check === "disk")).toHaveLength(1);
  });
});

describe("a real listener", () => {
  const portComplaints = async (PORTS: string, host = new PreflightHost()) =>
    (await host.complaints({ PORTS })).filter(({ check }) => check.startsWith("port"));

  test.each([
    ["127.0.0.1", "127.0.0.1"],
    ["127.0.0.1", "0.0.0.0"],
    ["0.0.0.0", "127.0.0.1"],
    ["::", "127.0.0.1"],
    ["::", "[::]"],
  ])("on %s keeps us from %s", async (address, wanted) => {
    await whileListening(address, async (port) => {
      expect(await portComplaints(`127.0.0.1:1 ${wanted}:${port}`)).toEqual([
        {
          check: `port ${port}`,
          severity: "error",
          found: expect.stringMatching(
            new RegExp(`^\\S+:${port} is used by .+ \\(process ${process.pid}\\)$`),
          ) as string,
          expected: "a port that is free",
          mend: "End that program, or give our container another port",
        },
      ]);
    });
  });

  test.each([
    ["127.0.0.1", "[::1]"],
    ["127.0.0.1", "[::]"],
    ["127.0.0.2", "127.0.0.1"],
  ])("on %s does not keep us from %s", async (address, wanted) => {
    await whileListening(address, async (port) => {
      expect(await portComplaints(`${wanted}:${port}`)).toEqual([]);
    });
  });

  test("that belongs to our own container is replaced", async () => {
    await whileListening("127.0.0.1", async (port) => {
      const host = new PreflightHost().docker({
        "ps --filter label=emaintenance.service *": `echo '127.0.0.1:${port}->3000/tcp'`,
      });

      expect(await portComplaints(`127.0.0.1:${port}`, host)).toEqual([]);
    });
  });

  test("that belongs to a container of somebody else is named", async () => {
    await whileListening("127.0.0.1", async (port) => {
      const host = new PreflightHost().docker({ [`ps --filter publish=${port} *`]: "echo stray" });

      expect(await portComplaints(`127.0.0.1:${port}`, host)).toMatchObject([
        { found: `127.0.0.1:${port} is used by the container stray` },
      ]);
    });
  });
});

describe("an image", () => {
  const pulls = (host: PreflightHost) => host.calls.filter((call) => call.startsWith("docker pull"));
  const absent = (image: string) => `[ "\${!#}" = ${image} ] && exit 1; echo amd64`;
  const mend =
    "Correct IMAGES or RELEASE, log in to the registry on the host, or build or load the image there";

  test("that is on the host is not pulled", async () => {
    const host = new PreflightHost();

    expect(await host.complaints()).toEqual([]);
    expect(pulls(host)).toEqual([]);
  });

  test("that a registry has is pulled, once the host is found good", async () => {
    const host = new PreflightHost().docker({
      "image inspect *": absent("web:1"),
      "manifest inspect *": "true",
      "pull *": "true",
    });

    expect((await host.report()).findings).toContainEqual(
      expect.objectContaining({ check: "images", severity: "ok", found: "1 on the host, 1 can be pulled" }),
    );
    expect(pulls(host)).toEqual(["docker pull --quiet web:1"]);
  });

  test("that a registry has is not pulled where anything else is wrong", async () => {
    const host = new PreflightHost().docker({
      "image inspect *": absent("web:1"),
      "manifest inspect *": "true",
      "pull *": "true",
    });

    expect(await host.complaints({ ARCHITECTURES: "s390x" })).toHaveLength(1);
    expect(pulls(host)).toEqual([]);
  });

  test("that only the engine can reach is tried", async () => {
    const host = new PreflightHost().docker({ "image inspect *": absent("web:1"), "pull *": "true" });

    expect(await host.complaints()).toEqual([]);
    expect(pulls(host)).toEqual(["docker pull --quiet web:1"]);
  });

  test("that is nowhere is named, each of them, and why", async () => {
    const host = new PreflightHost().docker({
      "image inspect *": "exit 1",
      "pull *": 'printf "%s\\n" "Error response:" "\\"${!#}\\" unknown" >&2; exit 1',
    });

    expect(await host.complaints()).toEqual(
      ["postgres:17", "web:1"].map((image) => ({
        check: "image",
        severity: "error",
        found: `${image} is neither on vm1 nor can it be pulled: "${image}" unknown`,
        expected: "an image that is there or can be had",
        mend,
      })),
    );
  });

  test("that is built for another machine is named", async () => {
    const host = new PreflightHost().docker({ "image inspect *web:1": "echo arm64" });

    expect(await host.complaints()).toEqual([
      {
        check: "image",
        severity: "error",
        found: "web:1 is built for arm64, and vm1 is amd64",
        expected: "an image for amd64",
        mend: "Build it with --platform linux/amd64",
      },
    ]);
  });
});
