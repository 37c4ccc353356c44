import type { Resource } from "@cdktf/provider-null/lib/resource";
import { Construct } from "constructs";
import type { Postgres } from "../data/postgres";
import type { Redis } from "../data/redis";
import { DatabasePassword } from "../host/database-password";
import type { HostConnection } from "../host/host-connection";
import type { HostLayout } from "../host/host-layout";
import { HostScript } from "../host/host-script";
import { template } from "../templates";
import { DEPLOY_LOCK, type Deployment } from "./deployment";

export interface DataGateProps {
  readonly connection: HostConnection;
  readonly layout: HostLayout;
  readonly deployment: Deployment;
  readonly postgres: Postgres;
  readonly redis: Redis;
}

/**
 * Lets what uses the data tier wait until it is ready, without a dependency: Terraform would replace PostgreSQL as it does
 * the services, the new one beside the old one, on the same files. So one script says on the host that the data tier is
 * ready for this deployment, and another one waits there for that.
 */
export class DataGate extends Construct {
  /** Exists once the data tier is ready. */
  readonly resource: Resource;

  constructor(scope: Construct, id: string, props: DataGateProps) {
    super(scope, id);
    const { connection, layout, deployment, postgres, redis } = props;
    const file = layout.deploy("infrastructure/.ready");
    const limits = [postgres, redis].map(({ container }) => container.limitSeconds);
    for (const { container } of [postgres, redis]) {
      container.startAfter(...deployment.after);
    }
    const password = new DatabasePassword(this, "database-password", { connection, postgres });
    new HostScript(this, "data-ready", {
      connection,
      script: template("shared/process-limit.sh") + template("switch/data-ready.sh"),
      environment: {
        READY: file,
        DEPLOYMENT: deployment.deployment,
        LIMITS: [postgres, redis]
          .map(({ container }) => `${container.resource.id}=${container.pidsLimit}`)
          .join(" "),
      },
      after: [password.resource],
    });
    this.resource = new HostScript(this, "data-gate", {
      connection,
      script: template("switch/await-data.sh"),
      environment: {
        READY: file,
        DEPLOYMENT: deployment.deployment,
        LIMIT_SECONDS: String(Math.max(...limits.map(({ healthy, stop }) => healthy + stop)) + 60),
        LOCK: DEPLOY_LOCK,
      },
      createBeforeDestroy: true,
    }).resource;
  }
}
