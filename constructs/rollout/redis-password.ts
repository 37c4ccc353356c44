import type { Resource } from "@cdktf/provider-null/lib/resource";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import type { Redis } from "../data/redis";
import { Naming } from "../naming";
import { template } from "../templates";
import type { HostConnection } from "../ssh/host-connection";
import type { HostLayout } from "../ssh/host-layout";
import { HostScript } from "../ssh/host-script";

export interface RedisPasswordProps {
  readonly connection: HostConnection;
  readonly layout: HostLayout;
  readonly redis: Redis;
  /** What must have happened before the new Redis is made: the deployment has begun. */
  readonly after: readonly ITerraformDependable[];
}

/**
 * Gives a Redis that had no password its first one, without an outage: the new container lets everybody in until the services
 * that know no password are replaced, then it asks for it. If a password was set before, nothing happens.
 *
 * Nothing that is replaced blue-green may depend on it, as it depends on Redis; see DataGate.
 */
export class RedisPassword extends Construct {
  constructor(
    scope: Construct,
    id: string,
    private readonly props: RedisPasswordProps,
  ) {
    super(scope, id);
    const { connection, layout, redis, after } = props;
    const { resource } = new HostScript(this, "redis-allow-former", {
      connection,
      script: template("redis/allow-former.sh"),
      environment: { LABEL: Naming.label("service"), FOLDER: layout.data("redis") },
      after,
    });
    redis.container.startAfter(resource);
  }

  /** Lets Redis ask for its password. @param cutover exists once no service is left that knows none */
  requireAfter(cutover: ITerraformDependable): Resource {
    const { connection, redis } = this.props;
    return new HostScript(this, "redis-require-password", {
      connection,
      script: template("redis/require-password.sh"),
      environment: { CONTAINER: redis.container.containerName, REDIS_PORT: String(redis.port) },
      triggers: { redis: redis.container.resource.id },
      after: [redis.container.resource, cutover],
    }).resource;
  }
}
