import type { Resource } from "@cdktf/provider-null/lib/resource";
import { Construct } from "constructs";
import { z } from "zod";
import { expression } from "../configuration/expression";
import type { HostConnection } from "../ssh/host-connection";
import { HostScript } from "../ssh/host-script";
import { template } from "../templates";
import { validateProps } from "../values/validate";

/** Docker Engine that has the start interval of health checks. Source: Docker Engine release notes, 25.0. */
const LEAST_DOCKER = 25;

/** What a team may want different on its host. */
export interface HostEquipmentSettings {
  /**
   * Where Docker Engine comes from: the distribution's package, or Docker's own repository. Where the distribution has
   * none of version 25 or later (Debian 12), Docker's is taken in either case. An engine that is there stays.
   * @default "distribution"
   */
  readonly dockerSource?: "distribution" | "docker";
  /** Docker's own repository, or a mirror of it. @default https://download.docker.com */
  readonly dockerRepository?: string;
  /** A login that is made for deployments, with the keys of the one that bootstraps. @default none: that one deploys too */
  readonly deployUser?: string;
  /** Packages of the distribution that this deployment needs in addition, such as restic for offsite copies. @default none */
  readonly packages?: readonly string[];
  /** Whether the distribution's security updates are installed every night. @default true */
  readonly securityUpdates?: boolean;
}

export interface HostEquipmentProps extends HostEquipmentSettings {
  readonly connection: HostConnection;
}

const settingsSchema = z.object({
  dockerSource: z
    .enum(["distribution", "docker"], 'expected "distribution" or "docker"')
    .default("distribution"),
  dockerRepository: z
    .string()
    .regex(
      /^https?:\/\/[A-Za-z0-9.-]+(:\d+)?(\/[A-Za-z0-9._~-]+)*$/,
      'expected a URL without "/" at its end, such as https://download.docker.com',
    )
    .default("https://download.docker.com"),
  deployUser: z
    .string()
    .regex(/^[a-z_][a-z0-9_-]{0,30}$/, 'expected the name of a login, such as "deploy"')
    .refine((name) => name !== "root", "expected a login that is not root: leave deployUser out")
    .optional(),
  packages: z
    .array(z.string().regex(/^[a-z0-9][a-z0-9+.-]+$/, "expected the name of a package, such as restic"))
    .default([]),
  securityUpdates: z.boolean().default(true),
});

/** What a host needs before anything is deployed there: Docker Engine, ufw, cron, logrotate, security updates. */
export class HostEquipment extends Construct {
  readonly resource: Resource;

  constructor(scope: Construct, id: string, props: HostEquipmentProps) {
    super(scope, id);
    const { connection, ...given } = props;
    const settings = validateProps(this, settingsSchema, given);
    this.resource = new HostScript(this, "host-equipment", {
      connection,
      first: true,
      script: template("bootstrap/bootstrap.sh"),
      environment: {
        DOCKER_SOURCE: settings.dockerSource,
        DOCKER_REPOSITORY: settings.dockerRepository,
        LEAST_DOCKER: String(LEAST_DOCKER),
        PACKAGES: settings.packages.join(" "),
        DEPLOY_USER: settings.deployUser ?? "",
        SECURITY_UPDATES: settings.securityUpdates ? "yes" : "no",
      },
      // A VM that was created again under the same address has other keys.
      triggers: { host_keys: expression("substr(sha256(var.SSH_HOST_KEYS), 0, 12)") },
    }).resource;
  }
}
