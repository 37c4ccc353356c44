import { complaintsInWords, PreflightHost, proc } from "../../../support/preflight-host";

describe("what the preflight checks find wrong with Docker and the kernel", () => {
  test("no Docker", async () => {
    expect(await complaintsInWords(new PreflightHost("without Docker"))).toEqual([
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

    expect(await complaintsInWords(host)).toEqual([
      "error docker: the Docker Engine on vm1 does not answer: Cannot connect to the Docker daemon. " +
        "Expected a running engine. On the host: systemctl start docker; journalctl -u docker.",
    ]);
  });

  test("a login that is not in the group docker", async () => {
    const host = new PreflightHost().program("docker", 'echo "permission denied" >&2; exit 1');
    host.program("id", "case $1 in -un) echo deploy ;; -nG) echo deploy sudo ;; *) echo 1000 ;; esac");

    expect(await complaintsInWords(host)).toEqual([
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

    expect(await complaintsInWords(host)).toEqual(
      enough
        ? []
        : [
            `error docker: Docker Engine 20.10.24 on vm1 speaks API ${api}. ` +
              "Expected 1.44 or later (Docker Engine 25). Upgrade Docker.",
          ],
    );
  });

  test("an engine that a reboot does not start", async () => {
    expect(
      await complaintsInWords(new PreflightHost().program("systemctl", "echo disabled; exit 1")),
    ).toEqual([
      "warning docker: Docker Engine 26.1.5, API 1.45, which a reboot does not start. Expected a service that is enabled. " +
        "On the host: systemctl enable docker.",
    ]);
  });

  test("a storage driver from long ago", async () => {
    expect(await complaintsInWords(new PreflightHost().docker({ "info *Driver}}": "echo vfs" }))).toEqual([
      "warning storage: storage driver vfs, which is slow or no longer maintained. Expected overlay2. " +
        'Set "storage-driver": "overlay2" in /etc/docker/daemon.json; images have to be pulled again.',
    ]);
  });

  test("a firewall backend without the chain DOCKER-USER", async () => {
    expect(
      await complaintsInWords(new PreflightHost().docker({ "info *FirewallBackend*": "echo nftables" })),
    ).toEqual([
      "error firewall: the Docker Engine on vm1 keeps its rules in nftables, and has no chain DOCKER-USER. " +
        'Expected the backend iptables. Remove "firewall-backend" from /etc/docker/daemon.json and restart Docker.',
    ]);
  });

  test("an engine that leaves iptables alone", async () => {
    const host = new PreflightHost().program(
      "iptables",
      'echo "iptables: No chain/target/match by that name." >&2; exit 1',
    );

    expect(await complaintsInWords(host)).toEqual([
      "error firewall: there is no chain DOCKER-USER on vm1: iptables: No chain/target/match by that name. " +
        "Expected a Docker Engine that keeps its rules with iptables. " +
        'Remove "iptables": false from /etc/docker/daemon.json, install iptables, and restart Docker.',
    ]);
  });

  test.each([
    [
      "MemoryLimit",
      "error kernel: the kernel of vm1 cannot limit: memory. Expected the cgroup controllers memory, cpu and pids. " +
        "Add cgroup_enable=memory to the kernel's command line and reboot, or use a kernel of the distribution.",
    ],
    [
      "CPUCfsQuota",
      "error kernel: the kernel of vm1 cannot limit: cpu. Expected the cgroup controllers memory, cpu and pids. " +
        "Add cgroup_enable=memory to the kernel's command line and reboot, or use a kernel of the distribution.",
    ],
    [
      "PidsLimit",
      "error kernel: the kernel of vm1 cannot limit: pids. Expected the cgroup controllers memory, cpu and pids. " +
        "Add cgroup_enable=memory to the kernel's command line and reboot, or use a kernel of the distribution.",
    ],
    [
      "SwapLimit",
      "warning kernel: the kernel of vm1 does not limit swap, so that a container may fill it. " +
        "Expected swap accounting. Add swapaccount=1 to the kernel's command line and reboot, or use no swap.",
    ],
  ])("a kernel without %s", async (field, message) => {
    expect(
      await complaintsInWords(new PreflightHost().docker({ [`info *${field}*`]: "echo false" })),
    ).toEqual([message]);
  });

  test("a kernel without overlay", async () => {
    const host = new PreflightHost().program("modprobe", "exit 1");

    expect(await complaintsInWords(host, { PROC: proc({ filesystems: "\text4\n" }) })).toEqual([
      "error kernel: the kernel of vm1 has no overlay file system. Expected a kernel with overlay. " +
        "Use a kernel of the distribution.",
    ]);
  });
});
