import { join } from "node:path";
import { ROOT } from "../../../rehearsal/client";
import {
  EVENTS,
  GATEWAY,
  ONLY_SSH_AND_GATEWAY,
  removeStray,
  scan,
  startStray,
  STRAY_PORT,
  TELLING_PORTS,
} from "../support/exposure";
import { deploy, onHost, outside, rehearsal } from "../support/rehearsal";
import { onSecondHost, openPorts } from "../support/second-host";

/** Whether an answer comes from there to the web's container: a refusal is one. */
async function webReaches(address: string, port: number): Promise<boolean> {
  const program = `require("net").connect(${port}, "${address}").on("connect", () => process.exit(0)).on("error", (error) => process.exit(error.code === "ECONNREFUSED" ? 0 : 1)).setTimeout(5000, () => process.exit(2))`;
  return (
    (await onHost(`docker exec emaintenance-web node -e '${program}'`, { allowFailure: true })).code === 0
  );
}

/** Whether the host's sshd answers the web's container, at any address of the host. */
async function webReachesSshd(): Promise<boolean> {
  const { stdout } = await onHost("ip -4 -o addr show scope global | awk '{print $4}' | cut -d / -f 1");
  const answers = await Promise.all(
    stdout
      .trim()
      .split("\n")
      .map((address) => webReaches(address, 22)),
  );
  return answers.includes(true);
}

afterAll(async () => {
  await removeStray();
  await onHost("sudo ufw --force delete allow 9100/udp", { allowFailure: true });
});

describe("from another machine, over IPv4 and IPv6, only SSH and the gateway answer", () => {
  test("of all 65535 ports, with a container published on every address", async () => {
    await startStray();
    expect(await scan()).toEqual(ONLY_SSH_AND_GATEWAY);
  });

  test("and that container would answer without the chain in DOCKER-USER", async () => {
    await onHost("sudo iptables -D DOCKER-USER -j EMAINTENANCE-USER");
    const [first] = await scan(TELLING_PORTS);
    await onHost("sudo systemctl restart emaintenance-docker-user");

    expect(first).toEqual([22, 3000, GATEWAY, STRAY_PORT]);
    expect(await scan(TELLING_PORTS)).toEqual(ONLY_SSH_AND_GATEWAY);
  });

  test.each(EVENTS)("after $what", async ({ happen }) => {
    await happen();
    const [open, sshd] = await Promise.all([scan(TELLING_PORTS), webReachesSshd()]);
    expect(open).toEqual(ONLY_SSH_AND_GATEWAY);
    expect(sshd).toBe(false);
  });
});

describe("the firewall", () => {
  test.each([
    ["web", 3000, "emaintenance-network"],
    ["postgres", 5432, "emaintenance-data"],
  ])("lets nobody to the own address of %s, by a route over the host", async (service, port, network) => {
    const { stdout: subnet } = await onHost(
      `docker network inspect --format '{{(index .IPAM.Config 0).Subnet}}' ${network}`,
    );
    const { stdout: address } = await onHost(
      `docker inspect --format '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}' emaintenance-${service}`,
    );
    const route = `ip route add ${subnet.trim()} via ${rehearsal().address}`;
    const connect = `timeout 3 bash -c '</dev/tcp/${address.trim()}/${port}'`;

    const { code } = await onSecondHost(`${route} && { ${connect}; }`);

    // 124: no answer within the time.
    expect(code).toBe(124);
  });

  test("leaves the way out, and the way between containers", async () => {
    expect(await webReaches(await outside(), 9)).toBe(true);
    expect(await webReaches("emaintenance-user-service", 3001)).toBe(true);
  });

  test("leaves the operator's own rules", async () => {
    await onHost("sudo ufw allow 9100/udp && sudo iptables -I DOCKER-USER -s 192.0.2.9 -j DROP");
    await onHost("sudo ufw reload");

    expect((await onHost("sudo ufw show added")).stdout).toContain("ufw allow 9100/udp");
    expect((await onHost("sudo iptables -S DOCKER-USER")).stdout).toContain("-s 192.0.2.9/32 -j DROP");
    await onHost("sudo iptables -D DOCKER-USER -s 192.0.2.9 -j DROP");
  });
});

describe("a host that cannot have the firewall is left as it is, and the script says why", () => {
  const staging = "/opt/emaintenance/deploy/Server/.parts/firewall";
  const listing = async () =>
    (await onHost("sudo sh -c 'cat /etc/ufw/*.rules /etc/ufw/ufw.conf; iptables -S; ip6tables -S'")).stdout;
  /** The host's own words, with a preparation that is undone after it. */
  async function refusal(before: string, after: string, settings = ""): Promise<string> {
    await onHost(before);
    const whole = await listing();
    const { code, stderr } = await onHost(
      `sudo ${settings} env STAGING=${staging} SSH_PORT=22 bash ${staging}/put-in-place.sh`,
      { allowFailure: true },
    );
    const left = await listing();
    await onHost(after);
    expect(code).toBe(1);
    expect(left).toBe(whole);
    return stderr.trim().replaceAll(rehearsal().container, "HOST");
  }

  test("with an engine whose firewall backend is nftables", async () => {
    // No engine here has it: another docker replaces the real one, for this one process.
    const fake =
      "printf '#!/bin/sh\\necho \" Firewall Backend: nftables+firewalld\"\\n' > /tmp/docker; chmod +x /tmp/docker";
    const before = "unshare --mount sh -c 'mount --bind /tmp/docker /usr/bin/docker && exec \"$@\"' sh";

    expect(await refusal(fake, "rm /tmp/docker", before)).toBe(
      'Docker on HOST uses the firewall backend nftables, which has no chain DOCKER-USER: its published ports could not be filtered. Expected the backend iptables. Remove "firewall-backend" from /etc/docker/daemon.json, restart Docker, and deploy again.',
    );
  });

  test("with an engine that manages no iptables", async () => {
    const [take, give] = [
      "sudo iptables -D FORWARD -j DOCKER-USER",
      "sudo iptables -I FORWARD -j DOCKER-USER",
    ];

    expect(await refusal(take, give)).toBe(
      'Docker on HOST does not ask the chain DOCKER-USER: its published ports could not be filtered. Expected a running engine that manages iptables. Start Docker, remove "iptables": false from /etc/docker/daemon.json, restart Docker, and deploy again.',
    );
  });

  test("with a ufw that deletes other programs' rules", async () => {
    const set = (value: string) =>
      `sudo sed -i s/^MANAGE_BUILTINS=.*/MANAGE_BUILTINS=${value}/ /etc/default/ufw`;

    expect(await refusal(set("yes"), set("no"))).toBe(
      "MANAGE_BUILTINS is yes in /etc/default/ufw on HOST: ufw would delete Docker's rules at each reload. Expected no. Set MANAGE_BUILTINS=no and deploy again.",
    );
  });

  test("with half of this project's block in a file of ufw", async () => {
    const half = "echo '# BEGIN EMAINTENANCE' | sudo tee -a /etc/ufw/after6.rules";

    expect(await refusal(half, "sudo sed -i '$d' /etc/ufw/after6.rules")).toBe(
      '/etc/ufw/after6.rules on HOST has a line "# BEGIN EMAINTENANCE" or "# END EMAINTENANCE" without its other one. Expected both or none. Remove what is left of the block and deploy again.',
    );
  });

  test("without the interface that the settings name", async () => {
    expect(await refusal("true", "true", "env PUBLIC_INTERFACES=wan0")).toMatch(
      /^HOST has no interface wan0\. Expected one of: .*eth0.*\. Correct publicInterfaces and deploy again\.$/,
    );
  });
});

describe("a disabled firewall", () => {
  const without = `node --import tsx ${join(ROOT, "__tests__/e2e/apps/without-firewall.ts")}`;

  test("leaves what was there before, and what the operator added since", async () => {
    await onHost("sudo ufw allow 9100/udp");

    await deploy({ app: without });

    const { stdout: added } = await onHost("sudo ufw show added; sudo ufw status");
    expect(added).toMatch(/ufw allow 9100\/udp/);
    expect(added).not.toContain("emaintenance");
    expect(added).toContain("Status: inactive");
    const { stdout: rules } = await onHost(
      "sudo iptables -S; sudo ip6tables -S; sudo cat /etc/ufw/after.rules /etc/ufw/after6.rules",
    );
    expect(rules).not.toContain("EMAINTENANCE");
    const { stdout: files } = await onHost(
      "sudo find /etc/systemd /usr/local/lib /var/lib/emaintenance -path '*emaintenance*firewall*' -o -name 'emaintenance-docker-user*'",
      { allowFailure: true },
    );
    expect(files).toBe("");
  });

  test("comes back with the next deployment, with a way out for containers that is closed but for a list", async () => {
    const listed = await outside();
    const closed = join(ROOT, "__tests__/e2e/apps/closed-outbound.ts");
    expect(await webReachesSshd()).toBe(true);

    await deploy({ app: `node --import tsx ${closed} ${listed}:9` });

    expect(await webReaches(listed, 9)).toBe(true);
    expect(await webReaches(listed, 10)).toBe(false);
    expect(await webReaches("emaintenance-user-service", 3001)).toBe(true);
    expect(await webReachesSshd()).toBe(false);
  });

  test("and with an open one", async () => {
    await deploy();
    expect(await webReaches(await outside(), 10)).toBe(true);
    expect(await openPorts(rehearsal().address, [22, 3000, STRAY_PORT, GATEWAY])).toEqual([22, GATEWAY]);
  });
});
