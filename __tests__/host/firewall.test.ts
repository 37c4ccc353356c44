import { execFileSync } from "node:child_process";
import { Firewall, type FirewallProps } from "../../constructs/host/firewall";
import { PublishedPort } from "../../constructs/values/published-port";
import {
  confirmation,
  laidFile,
  laidFiles,
  script,
  scriptLines,
  type ScriptJson,
} from "../support/stack-json";
import { production } from "../support/stacks";
import { TestStack } from "../support/test-stack";

type Settings = Omit<FirewallProps, "connection" | "layout" | "networks">;

function made(settings: Settings = {}): ScriptJson {
  const stack = new TestStack();
  const { connection, layout, network } = stack;
  new Firewall(stack, "firewall", { connection, layout, networks: [network], ...settings });
  return script(stack.synthesise(), "firewall");
}

/** A file as it lies on the host, without comments and blank lines. */
function lines(json: ScriptJson, name: string): string[] {
  return laidFile(json, name)
    .split("\n")
    .filter((line) => line.trim() !== "" && !line.startsWith("#"));
}

const rules = (settings?: Settings) => lines(made(settings), "ufw.rules");
const chain = (version: "" | "6", settings?: Settings) =>
  lines(made(settings), `docker-user${version}.rules`);

const forGateway = (version: "" | "6", settings: Settings) =>
  chain(version, settings).filter((line) => line.includes("ctorigdstport"));

describe("the firewall", () => {
  test("has the rules of the deployment document, with the port of sshd that is in use", () => {
    expect(rules()).toEqual([
      "allow SSH_PORT",
      "allow 3030",
      "deny 3000",
      "deny 3001",
      "deny 3002",
      "deny 3003",
      "deny 5432",
      "deny 6379",
    ]);
  });

  const METADATA = {
    "": ["169.254.0.0/16", "100.100.100.200", "168.63.129.16"],
    "6": ["fe80::/10", "fd00:ec2::254", "fd20:ce::254", "fd00:c1::a9fe:a9fe"],
  } as const;

  test.each([
    ["", "ufw", "icmp"],
    ["6", "ufw6", "ipv6-icmp"],
  ] as const)(
    "lets nobody to a published port but the gateway's, and no container to the host, by docker-user%s.rules",
    (version, ufw, icmp) => {
      expect(chain(version)).toEqual([
        "*filter",
        `:${ufw}-user-forward - [0:0]`,
        ":EMAINTENANCE-USER - [0:0]",
        ":EMAINTENANCE-INPUT - [0:0]",
        "-A EMAINTENANCE-USER -m conntrack --ctstate RELATED,ESTABLISHED -j RETURN",
        "-A EMAINTENANCE-USER -i SYSTEM_BRIDGE -o SYSTEM_BRIDGE -j RETURN",
        "-A EMAINTENANCE-USER -i SYSTEM_BRIDGE -d NAME_SERVER -p udp --dport 53 -j RETURN",
        "-A EMAINTENANCE-USER -i SYSTEM_BRIDGE -d NAME_SERVER -p tcp --dport 53 -j RETURN",
        ...METADATA[version].map((network) => `-A EMAINTENANCE-USER -i SYSTEM_BRIDGE -d ${network} -j DROP`),
        "-A EMAINTENANCE-USER -p tcp -m conntrack --ctorigdstport 3030 --ctdir ORIGINAL -j RETURN",
        `-A EMAINTENANCE-USER -i PUBLIC_INTERFACE -j ${ufw}-user-forward`,
        "-A EMAINTENANCE-USER -i PUBLIC_INTERFACE -j DROP",
        "-A EMAINTENANCE-INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j RETURN",
        `-A EMAINTENANCE-INPUT -i SYSTEM_BRIDGE -p ${icmp} -j RETURN`,
        "-A EMAINTENANCE-INPUT -i SYSTEM_BRIDGE -d NAME_SERVER -p udp --dport 53 -j RETURN",
        "-A EMAINTENANCE-INPUT -i SYSTEM_BRIDGE -d NAME_SERVER -p tcp --dport 53 -j RETURN",
        "-A EMAINTENANCE-INPUT -i SYSTEM_BRIDGE -p tcp --dport 3030 -j RETURN",
        "-A EMAINTENANCE-INPUT -i SYSTEM_BRIDGE -j DROP",
        "COMMIT",
      ]);
    },
  );

  test("closes everything outside but what is listed, each by its IP version, and not before the rules for metadata", () => {
    const outbound = { only: ["203.0.113.10:443", "198.51.100.0/24", "[2001:DB8::/32]:8443", "fd00::7"] };
    const from = "-A EMAINTENANCE-USER -i SYSTEM_BRIDGE";
    const after = (version: "" | "6", last: string) => {
      const all = chain(version, { outbound });
      return all.slice(all.indexOf(`${from} -d ${last} -j DROP`) + 1).filter((line) => line.startsWith(from));
    };

    expect(after("", "168.63.129.16")).toEqual([
      `${from} -d 203.0.113.10 -p tcp --dport 443 -j RETURN`,
      `${from} -d 203.0.113.10 -p udp --dport 443 -j RETURN`,
      `${from} -d 198.51.100.0/24 -j RETURN`,
      `${from} -j DROP`,
    ]);
    expect(after("6", "fd00:c1::a9fe:a9fe")).toEqual([
      `${from} -d 2001:db8::/32 -p tcp --dport 8443 -j RETURN`,
      `${from} -d 2001:db8::/32 -p udp --dport 8443 -j RETURN`,
      `${from} -d fd00::7 -j RETURN`,
      `${from} -j DROP`,
    ]);
    // THEN a port of the gateway's number outside is no way out
    const all = chain("", { outbound });
    expect(all.indexOf(`${from} -j DROP`)).toBeLessThan(
      all.findIndex((line) => line.includes("ctorigdstport")),
    );
  });

  test("closes everything outside if nothing is listed", () => {
    expect(chain("", { outbound: { only: [] } })).toContain("-A EMAINTENANCE-USER -i SYSTEM_BRIDGE -j DROP");
    expect(chain("")).not.toContain("-A EMAINTENANCE-USER -i SYSTEM_BRIDGE -j DROP");
  });

  test("opens a port of the host to containers", () => {
    expect(chain("6", { hostPortsForContainers: [25] })).toEqual(
      expect.arrayContaining([
        "-A EMAINTENANCE-INPUT -i SYSTEM_BRIDGE -p tcp --dport 25 -j RETURN",
        "-A EMAINTENANCE-INPUT -i SYSTEM_BRIDGE -p udp --dport 25 -j RETURN",
      ]),
    );
  });

  test("is put in place again when a network of the system is another one", () => {
    const stack = production();

    expect(script(stack, "firewall").triggers).toMatchObject({
      NETWORKS: "${docker_network.network.name} ${docker_network.data_network.name}",
      networks: "${docker_network.network.id} ${docker_network.data_network.id}",
    });
  });

  test("lets only those in that are listed, each by its IP version", () => {
    const settings = {
      sshFrom: ["203.0.113.0/24", "2001:DB8::7"],
      gatewayFrom: ["198.51.100.7/32", "2001:db8::/32"],
    };

    expect(rules(settings).slice(0, 4)).toEqual([
      "allow from 203.0.113.0/24 to any port SSH_PORT proto tcp",
      "allow from 2001:db8::7 to any port SSH_PORT proto tcp",
      "allow from 198.51.100.7 to any port 3030 proto tcp",
      "allow from 2001:db8::/32 to any port 3030 proto tcp",
    ]);
    const gateway = "-p tcp -m conntrack --ctorigdstport 3030 --ctdir ORIGINAL -j RETURN";
    expect(forGateway("", settings)).toEqual([`-A EMAINTENANCE-USER -s 198.51.100.7 ${gateway}`]);
    expect(forGateway("6", settings)).toEqual([`-A EMAINTENANCE-USER -s 2001:db8::/32 ${gateway}`]);
  });

  test("lets nobody to the gateway over an IP version that the list leaves out", () => {
    expect(forGateway("6", { gatewayFrom: ["203.0.113.0/24"] })).toEqual([]);
  });

  test("follows sshd and the gateway to other ports", () => {
    const settings = { sshPorts: [22, 2222], gatewayPorts: [80, 443], deniedPorts: [] };

    expect(rules(settings)).toEqual(["allow 22", "allow 2222", "allow 80", "allow 443"]);
    expect(forGateway("", settings)).toEqual([
      "-A EMAINTENANCE-USER -p tcp -m conntrack --ctorigdstport 80 --ctdir ORIGINAL -j RETURN",
      "-A EMAINTENANCE-USER -p tcp -m conntrack --ctorigdstport 443 --ctdir ORIGINAL -j RETURN",
    ]);
  });

  test("lets other machines in to where the gateway of the system is published", () => {
    const published = [PublishedPort.everywhere(8443), PublishedPort.loopback(8080)];
    const stack = production({ gateway: { publish: published } });

    expect(lines(script(stack, "firewall"), "ufw.rules").slice(0, 3)).toEqual([
      "allow SSH_PORT",
      "allow 8443",
      "deny 3000",
    ]);
  });

  test("lets nobody in to a gateway that is published to nobody", () => {
    expect(rules({ gatewayPorts: [] })).not.toContainEqual(expect.stringMatching(/^allow (?!SSH_PORT)/));
    expect(forGateway("", { gatewayPorts: [] })).toEqual([]);
  });

  test("is confirmed over a new connection, within 30 s", () => {
    const json = made();

    expect(json.provisioner).toHaveLength(2);
    expect(confirmation(json)).toContain("/usr/local/lib/emaintenance/firewall/keep.sh");
    expect(lines(json, "emaintenance-firewall-revert.timer")).toContain("OnActiveSec=30s");
    expect(lines(made({ confirmWithinSeconds: 50 }), "emaintenance-firewall-revert.timer")).toContain(
      "OnActiveSec=50s",
    );
  });

  test("is put in place again when sshd is reached by another port", () => {
    expect(made().triggers.ssh_port).toBe("${tostring(var.SSH_PORT)}");
  });

  test("is made of scripts that bash understands", () => {
    const json = made();
    const scripts = Object.entries(laidFiles(json)).filter(([path]) => path.endsWith(".sh"));

    expect(scripts.length).toBeGreaterThan(5);
    for (const text of [...scripts.map(([, one]) => one), scriptLines(json).join("\n"), confirmation(json)]) {
      expect(() => execFileSync("bash", ["-n"], { input: text })).not.toThrow();
    }
  });
});

describe("settings of the firewall that cannot work are refused", () => {
  const PORT = "expected an integer from 1 to 65535";

  test.each<[string, Settings, string]>([
    ["a port beyond the last", { sshPorts: [65536] }, `sshPorts.0 is 65536: ${PORT}`],
    ["half a port", { deniedPorts: [0.5] }, `deniedPorts.0 is 0.5: ${PORT}`],
    ["no port of sshd", { sshPorts: [] }, "sshPorts is []: expected at least one port"],
    [
      "a list of nobody",
      { sshFrom: [] },
      "sshFrom is []: expected at least one address or network: leave the list out to let everybody in",
    ],
    [
      "a network by an address within it",
      { gatewayFrom: ["203.0.113.7/24"] },
      'gatewayFrom.0 is "203.0.113.7/24": expected the network\'s first address: 203.0.113.0/24',
    ],
    [
      "a denied port of sshd",
      { sshPorts: [5432] },
      "deniedPorts.4 is 5432: expected no port of sshd: take it out of deniedPorts",
    ],
    [
      "a denied port of the gateway",
      { gatewayPorts: [3000] },
      "deniedPorts.0 is 3000: expected no port of the gateway: take it out of deniedPorts",
    ],
    [
      "a command for an interface",
      { publicInterfaces: ["eth0; reboot"] },
      'publicInterfaces.0 is "eth0; reboot": expected the name of a network interface, such as "eth0"',
    ],
    [
      "no interface",
      { publicInterfaces: [] },
      "publicInterfaces is []: expected at least one interface: leave the list out to take those of the default routes",
    ],
    [
      "a name as a destination",
      { outbound: { only: ["203.0.113.10:443", "api.example.com:443"] } },
      'outbound.only.1 is "api.example.com:443": expected an address or a network, with or without a port, such as ' +
        '"203.0.113.10:443", "203.0.113.0/24", "0.0.0.0/0:443" or "[2001:db8::/32]:443". Packets carry no names: list the ' +
        "addresses or the network that the name's operator publishes, or let the program go through a proxy, and list the proxy",
    ],
    [
      "an invalid port of the host",
      { hostPortsForContainers: [0] },
      `hostPortsForContainers.0 is 0: ${PORT}`,
    ],
    [
      "a time in which nobody can confirm",
      { confirmWithinSeconds: 5 },
      "confirmWithinSeconds is 5: expected an integer from 10 to 50",
    ],
  ])("%s", (_what, settings, finding) => {
    expect(() => made(settings)).toThrow(
      expect.objectContaining({
        name: "ConfigurationError",
        message: `invalid settings for test/firewall:\n  ${finding}`,
      }) as Error,
    );
  });
});
