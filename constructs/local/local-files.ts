import { TerraformLocal } from "cdktf";
import { Construct } from "constructs";
import { expression } from "../configuration/expression";

/** What belongs to a development system and to this machine only, next to cdktf.json. Git ignores it. */
export const LOCAL_FOLDER = ".local";

/** Secrets of the development system; made on first use, then kept. */
export const SECRETS_FILE = "secrets.json";

/** What the last `npm run dev` was told, and what it found out about this machine. */
export const SETTINGS_FILE = "settings.json";

/**
 * Values of this machine's files, read by Terraform when it plans: so neither a secret nor a path of this machine gets into
 * the synthesised stack, and no variable is shared with production, whose tfvars files Terraform reads for every stack.
 */
export class LocalFiles extends Construct {
  /** Password of the database user. */
  readonly postgresPassword = this.value("POSTGRES_PASSWORD", SECRETS_FILE, "POSTGRES_PASSWORD");
  /** Key that signs the sessions of users. */
  readonly jwtSecret = this.value("JWT_SECRET", SECRETS_FILE, "JWT_SECRET");
  /** Password of Redis. */
  readonly redisPassword = this.value("REDIS_PASSWORD", SECRETS_FILE, "REDIS_PASSWORD");
  /** Folder of the application. */
  readonly source = this.value("source", SETTINGS_FILE, "source");
  /** `uid:gid` of the developer, in containers. */
  readonly user = this.value("user", SETTINGS_FILE, "user");
  /** The development system's own folder, absolute. */
  readonly folder = this.value("folder", SETTINGS_FILE, "folder");
  /** Address of the Docker Engine; empty: the usual one. */
  readonly engine = this.value("engine", SETTINGS_FILE, "engine");

  constructor(scope: Construct, id: string) {
    super(scope, id);
  }

  private value(name: string, file: string, field: string): string {
    // Terraform runs in `cdktf.out/stacks/<stack>`.
    const content = `jsondecode(file("../../../${LOCAL_FOLDER}/${file}")).${field}`;
    const local = new TerraformLocal(
      this,
      name,
      expression(file === SECRETS_FILE ? `sensitive(${content})` : content),
    );
    local.overrideLogicalId(name);
    return local.asString;
  }
}
