import type { Resource } from "@cdktf/provider-null/lib/resource";
import { type ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { z } from "zod";
import { expression } from "../configuration/expression";
import { renderTemplate, template } from "../templates";
import type { EmaintenanceNetwork } from "../network/emaintenance-network";
import { type Destination, destination } from "../values/destination";
import { ipVersion, networkAddress } from "../values/network-address";
import { validateProps } from "../values/validate";
import { DEPLOY_LOCK } from "../naming";
import type { HostConnection } from "../ssh/host-connection";
import type { HostLayout } from "../ssh/host-layout";
import { HostComponent } from "../ssh/host-component";

/** What a team may want different from the deployment document (9.1). */
export interface FirewallSettings {
  /** Ports of sshd. @default the one by which the deploy logs in */
  readonly sshPorts?: readonly number[];
  /** Who may log in, as addresses and networks, for example `["203.0.113.0/24"]`. @default everybody */
  readonly sshFrom?: readonly string[];
  /** Who may reach the gateway, as addresses and networks. @default everybody */
  readonly gatewayFrom?: readonly string[];
  /** Ports that are refused by a rule of their own. @default 3000 to 3003, 5432 and 6379 (the deployment document, 9.1) */
  readonly deniedPorts?: readonly number[];
  /**
   * Where containers of this system may go. `only` closes everything outside but these addresses and networks, such as
   * `["203.0.113.10:443", "203.0.113.0/24", "[2001:db8::/32]:443"]`, and the host's name servers; an empty list closes all.
   * A cloud's metadata services are closed in any case. @default everywhere
   */
  readonly outbound?: { readonly only: readonly string[] };
  /**
   * Ports of the host itself, TCP and UDP, that containers of this system may reach, such as 25 for a mail relay; ufw must
   * let them in too. @default none but the gateway's
   */
  readonly hostPortsForContainers?: readonly number[];
  /** Interfaces by which other machines come in. @default those of the host's default routes */
  readonly publicInterfaces?: readonly string[];
  /**
   * Seconds within which a new connection must come through a firewall that was just put in place, or it is taken back:
   * from 10 to 50. @default 30
   */
  readonly confirmWithinSeconds?: number;
}

export interface FirewallProps extends FirewallSettings {
  readonly connection: HostConnection;
  readonly layout: HostLayout;
  /** The system's own networks: what leaves their containers is filtered. Another network is another firewall. */
  readonly networks: readonly EmaintenanceNetwork[];
  /** Ports on which the gateway is published to other machines. @default 3030 */
  readonly gatewayPorts?: readonly number[];
  /** What must be there first: a host with Docker. @default nothing */
  readonly after?: readonly ITerraformDependable[];
  /** As for a HostComponent. @default none */
  readonly inTurnAfter?: readonly ITerraformDependable[];
  /** False removes the firewall, and restores what was there. @default true */
  readonly enabled?: boolean;
}

const port = z
  .number()
  .refine(
    (value) => Number.isInteger(value) && value >= 1 && value <= 65_535,
    "expected an integer from 1 to 65535",
  );
const ports = z.array(port).min(1, "expected at least one port").readonly();
const sources = z
  .array(networkAddress)
  .min(1, "expected at least one address or network: leave the list out to let everybody in")
  .readonly();
const NETWORK_INTERFACE = /^[A-Za-z0-9][A-Za-z0-9._-]{0,14}$/;
const SECONDS = "expected an integer from 10 to 50";

/** The web, the API services, PostgreSQL and Redis. */
const DEFAULT_DENIED_PORTS = [3000, 3001, 3002, 3003, 5432, 6379];

const settingsSchema = z
  .object({
    sshPorts: ports.optional(),
    sshFrom: sources.optional(),
    gatewayPorts: z.array(port).readonly(),
    gatewayFrom: sources.optional(),
    deniedPorts: z.array(port).readonly(),
    outbound: z.object({ only: z.array(destination).readonly() }).optional(),
    hostPortsForContainers: z.array(port).readonly().optional(),
    publicInterfaces: z
      .array(z.string().regex(NETWORK_INTERFACE, 'expected the name of a network interface, such as "eth0"'))
      .min(1, "expected at least one interface: leave the list out to take those of the default routes")
      .readonly()
      .optional(),
    confirmWithinSeconds: z
      .number()
      .refine((value) => Number.isInteger(value) && value >= 10 && value <= 50, SECONDS),
  })
  .superRefine(({ sshPorts = [], gatewayPorts, deniedPorts }, context) => {
    deniedPorts.forEach((denied, index) => {
      const user = sshPorts.includes(denied)
        ? "sshd"
        : gatewayPorts.includes(denied)
          ? "the gateway"
          : undefined;
      if (user !== undefined) {
        context.addIssue({
          code: "custom",
          path: ["deniedPorts", index],
          message: `expected no port of ${user}: take it out of deniedPorts`,
        });
      }
    });
  });

type Settings = z.output<typeof settingsSchema>;

/**
 * Where a cloud gives its machines their credentials and configuration, in addition to all of link-local, and nothing else is:
 * IPv4 of Alibaba Cloud and of Azure (the wire server); IPv6 of AWS, Google Cloud and Oracle Cloud. Sources: the providers'
 * documentation of their instance metadata services.
 */
const METADATA = {
  4: ["169.254.0.0/16", "100.100.100.200", "168.63.129.16"],
  6: ["fe80::/10", "fd00:ec2::254", "fd20:ce::254", "fd00:c1::a9fe:a9fe"],
} as const;

/** Placeholder in a rule: the port by which the deploy logged in. */
const SSH_PORT = "SSH_PORT";

/**
 * ufw as the deployment document has it (9.1), for IPv4 and IPv6, and the same for ports that Docker publishes, which pass
 * by ufw. It is rolled back automatically if no new SSH connection passes it, and the deploy then fails.
 */
export class Firewall extends Construct {
  /** What others depend on: it exists once a new connection has come through the firewall. */
  readonly resource: Resource;

  constructor(scope: Construct, id: string, props: FirewallProps) {
    super(scope, id);
    const { connection, layout, networks, after, inTurnAfter, enabled, ...given } = props;
    const { gatewayPorts = [3030], deniedPorts = DEFAULT_DENIED_PORTS, confirmWithinSeconds = 30 } = given;
    const settings = validateProps(this, settingsSchema, {
      ...given,
      gatewayPorts,
      deniedPorts,
      confirmWithinSeconds,
    });
    this.resource = new HostComponent(this, "firewall", {
      connection,
      layout,
      files: {
        "ufw.rules": renderTemplate("firewall/ufw.rules.eta", { rules: ufwRules(settings) }),
        "docker-user.rules": dockerUserRules(settings, 4),
        "docker-user6.rules": dockerUserRules(settings, 6),
        "emaintenance-firewall-revert.timer": renderTemplate(
          "firewall/emaintenance-firewall-revert.timer.eta",
          {
            seconds: settings.confirmWithinSeconds,
          },
        ),
        ...Object.fromEntries(AS_THEY_ARE.map((name) => [name, template(`firewall/${name}`)])),
      },
      apply: template("firewall/apply.sh"),
      confirm: template("firewall/confirm.sh"),
      remove: template("firewall/remove.sh"),
      environment: {
        PUBLIC_INTERFACES: settings.publicInterfaces?.join(" ") ?? "",
        NETWORKS: networks.map(({ name }) => name).join(" "),
        LOCK: DEPLOY_LOCK,
      },
      triggers: {
        // sshd that answers on another port since is let in there.
        ssh_port: expression("tostring(var.SSH_PORT)"),
        // A network that was made again has a bridge of another name.
        networks: networks.map(({ networkId }) => networkId).join(" "),
      },
      after,
      inTurnAfter,
      enabled,
    }).resource;
  }
}

const AS_THEY_ARE = [
  "common.sh",
  "put-in-place.sh",
  "keep.sh",
  "revert.sh",
  "jump.sh",
  "take-away.sh",
  "emaintenance-firewall-revert.service",
  "emaintenance-docker-user.service",
];

/** What iptables compares a packet with. */
function matches({ network, port }: Destination): string[] {
  return port === undefined
    ? [`-d ${network}`]
    : ["tcp", "udp"].map((protocol) => `-d ${network} -p ${protocol} --dport ${port}`);
}

/** The rules of ufw, as they follow the word `ufw`. */
function ufwRules({ sshPorts, sshFrom, gatewayPorts, gatewayFrom, deniedPorts }: Settings): string[] {
  const allow = (from: readonly string[] | undefined) => (port: number | string) =>
    from?.map((source) => `allow from ${source} to any port ${port} proto tcp`) ?? [`allow ${port}`];
  return [
    ...(sshPorts ?? [SSH_PORT]).flatMap(allow(sshFrom)),
    ...gatewayPorts.flatMap(allow(gatewayFrom)),
    ...deniedPorts.map((port) => `deny ${port}`),
  ];
}

/** Rules of iptables for what Docker publishes. */
function dockerUserRules(settings: Settings, version: 4 | 6): string {
  const { gatewayPorts, gatewayFrom, outbound, hostPortsForContainers = [] } = settings;
  // An empty source means every address.
  const sources = gatewayFrom?.filter((source) => ipVersion(source) === version) ?? [""];
  return renderTemplate("firewall/docker-user.rules.eta", {
    ufw: version === 4 ? "ufw" : "ufw6",
    gateways: gatewayPorts.map((port) => ({ port, sources })),
    metadata: METADATA[version],
    closed: outbound !== undefined,
    allowed: outbound?.only.filter(({ network }) => ipVersion(network) === version).flatMap(matches) ?? [],
    icmp: version === 4 ? "icmp" : "ipv6-icmp",
    gatewayPorts,
    hostPorts: hostPortsForContainers,
  });
}
