import type { ITerraformDependable } from "cdktf";
import type { Construct } from "constructs";
import type { Migration } from "../api/migration";
import type { Postgres } from "../data/postgres";
import type { Redis } from "../data/redis";
import type { Rollout } from "../system/rollout";
import type { GatewayFiles } from "../gateway/gateway";
import { LocalExtensions } from "./local-extensions";
import { JobGate } from "./job-gate";
import type { KeptFiles } from "./kept-files";
import type { LocalFiles } from "./local-files";

/** The rollout on a developer's machine: containers are replaced in place, and nothing is backed up first. */
export class LocalRollout implements Rollout {
  constructor(
    private readonly files: LocalFiles,
    private readonly kept: KeptFiles,
  ) {}

  /** Another configuration is another folder, so it makes another gateway. */
  gatewayFiles(_scope: Construct, nginxConf: string): GatewayFiles {
    const path = this.kept.keep("gateway", { "nginx.conf": nginxConf });
    return { folder: `${this.files.folder}/${path}`, ready: [] };
  }

  dataReady(scope: Construct, postgres: Postgres, redis: Redis): readonly ITerraformDependable[] {
    const containers = [postgres.container.resource, redis.container.resource];
    if (postgres.extensions.length === 0) return containers;
    const { engine } = this.files;
    return [...containers, new LocalExtensions(scope, "database-extensions", { postgres, engine }).resource];
  }

  migrationDone(scope: Construct, migration: Migration): readonly ITerraformDependable[] {
    return [
      new JobGate(scope, "migration-gate", {
        job: migration.container,
        what: "the database migration",
        engine: this.files.engine,
      }).resource,
    ];
  }
}
