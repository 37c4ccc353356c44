import type { Resource } from "@cdktf/provider-null/lib/resource";
import { type ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { z } from "zod";
import { expression } from "../configuration/expression";
import { renderTemplate, template } from "../templates";
import { ipVersion, networkAddress } from "../values/network-address";
import { validateProps } from "../values/validate";
import type { HostConnection } from "./host-connection";
import type { HostLayout } from "./host-layout";
import { HostPart } from "./host-part";

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
  /** Ports on which the gateway is published to other machines. @default 3030 */
  readonly gatewayPorts?: readonly number[];
  /** What must be there first: a host with Docker. @default nothing */
  readonly after?: readonly ITerraformDependable[];
  /** False takes the firewall away, and restores what was there. @default true */
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
const SEED_DENIED_PORTS = [3000, 3001, 3002, 3003, 5432, 6379];

const settingsSchema = z
  .object({
    sshPorts: ports.optional(),
    sshFrom: sources.optional(),
    gatewayPorts: z.array(port).readonly(),
    gatewayFrom: sources.optional(),
    deniedPorts: z.array(port).readonly(),
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

/** Stands in a rule for the port by which the deploy logged in. */
const SSH_PORT = "SSH_PORT";

/**
 * ufw as the deployment document has it (9.1), for IPv4 and IPv6, and the same for ports that Docker publishes, which pass
 * by ufw. It is taken back by itself where no new SSH connection comes through it, and the deploy then fails.
 */
export class Firewall extends Construct {
  /** What others depend on: it exists once a new connection has come through the firewall. */
  readonly resource: Resource;

  constructor(scope: Construct, id: string, props: FirewallProps) {
    super(scope, id);
    const { connection, layout, after, enabled, ...given } = props;
    const { gatewayPorts = [3030], deniedPorts = SEED_DENIED_PORTS, confirmWithinSeconds = 30 } = given;
    const settings = validateProps(this, settingsSchema, {
      ...given,
      gatewayPorts,
      deniedPorts,
      confirmWithinSeconds,
    });
    this.resource = new HostPart(this, "firewall", {
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
      environment: { PUBLIC_INTERFACES: settings.publicInterfaces?.join(" ") ?? "" },
      // sshd that answers on another port since is let in there.
      triggers: { ssh_port: expression("tostring(var.SSH_PORT)") },
      after,
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
function dockerUserRules({ gatewayPorts, gatewayFrom }: Settings, version: 4 | 6): string {
  // An empty source stands for everybody.
  const sources = gatewayFrom?.filter((source) => ipVersion(source) === version) ?? [""];
  return renderTemplate("firewall/docker-user.rules.eta", {
    ufw: version === 4 ? "ufw" : "ufw6",
    gateways: gatewayPorts.map((port) => ({ port, sources })),
  });
}
