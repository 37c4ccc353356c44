import type { Resource } from "@cdktf/provider-null/lib/resource";
import { Construct } from "constructs";
import type { Postgres } from "../data/postgres";
import type { Redis } from "../data/redis";
import { DatabaseExtensions } from "./database-extensions";
import { DatabasePassword } from "./database-password";
import { processLimits } from "../container/process-limits";
import type { HostConnection } from "../ssh/host-connection";
import type { HostLayout } from "../ssh/host-layout";
import { HostScript } from "../ssh/host-script";
import type { EmaintenanceNetwork } from "../network/emaintenance-network";
import { DEPLOY_LOCK, Naming } from "../naming";
import { template } from "../templates";
import { type Deployment } from "./deployment";

/** Ids of the networks whose containers the host's firewall filters, as put-in-place.sh writes them. */
const FIREWALL_IN_PLACE = "/var/lib/emaintenance/filtered-networks";

export interface DataGateProps {
  readonly connection: HostConnection;
  readonly layout: HostLayout;
  readonly deployment: Deployment;
  readonly postgres: Postgres;
  readonly redis: Redis;
  /** The only network of services of a version before. */
  readonly front: EmaintenanceNetwork;
  /** Whether services wait for the host's firewall too: what they reach is its business. @default true */
  readonly firewall?: boolean;
}

/**
 * Lets what uses the data tier wait until it is ready, without a dependency: Terraform would replace PostgreSQL as it does
 * the services, the new one next to the old one, on the same files. So one script says on the host that the data tier is
 * ready for this deployment, and another one waits there for that. The firewall is waited for in the same way: as a
 * dependency, it would be replaced so too, and its removal would come last.
 */
export class DataGate extends Construct {
  /** Exists once the data tier is ready. */
  readonly resource: Resource;

  constructor(scope: Construct, id: string, props: DataGateProps) {
    super(scope, id);
    const { connection, layout, deployment, postgres, redis, front, firewall = true } = props;
    const file = layout.deploy("infrastructure/.ready");
    const limits = [postgres, redis].map(({ container }) => container.limitSeconds);
    for (const { container } of [postgres, redis]) {
      container.startAfter(...deployment.after);
    }
    const dataNetwork = postgres.container.network;
    const joined = new HostScript(this, "data-join", {
      connection,
      script: template("rollout/join-data.sh"),
      environment: {
        FRONT: front.name,
        DATA_NETWORK: dataNetwork.name,
        LABEL: `${Naming.label("tier")}=api`,
        LOCK: DEPLOY_LOCK,
      },
      triggers: { network: dataNetwork.networkId },
      after: deployment.after,
    });

    const password = new DatabasePassword(this, "database-password", { connection, postgres });
    const database =
      postgres.extensions.length === 0
        ? password
        : new DatabaseExtensions(this, "database-extensions", {
            connection,
            postgres,
            after: [password.resource],
          });
    new HostScript(this, "data-ready", {
      connection,
      script: template("shared/process-limit.sh") + template("rollout/data-ready.sh"),
      environment: {
        READY: file,
        DEPLOYMENT: deployment.deployment,
        LIMITS: processLimits([postgres.container, redis.container]),
      },
      after: [database.resource, joined.resource],
    });
    this.resource = new HostScript(this, "data-gate", {
      connection,
      script: template("rollout/await-data.sh"),
      environment: {
        READY: file,
        DEPLOYMENT: deployment.deployment,
        LIMIT_SECONDS: String(Math.max(...limits.map(({ healthy, stop }) => healthy + stop)) + 60),
        LOCK: DEPLOY_LOCK,
        FIREWALL: firewall ? FIREWALL_IN_PLACE : "",
        NETWORKS: [front, dataNetwork].map(({ networkId }) => networkId).join(" "),
      },
      createBeforeDestroy: true,
    }).resource;
  }
}
