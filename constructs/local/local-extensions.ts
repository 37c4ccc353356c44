import { Resource } from "@cdktf/provider-null/lib/resource";
import { AssetType, TerraformAsset } from "cdktf";
import { Construct } from "constructs";
import { join } from "node:path";
import type { Postgres } from "../data/postgres";
import { Naming } from "../naming";

export interface LocalExtensionsProps {
  /** Its `extensions` are created; it must have some. */
  readonly postgres: Postgres;
  /** Address of the Docker Engine; empty: the usual one. */
  readonly engine: string;
}

const SCRIPT = join(__dirname, "../../templates/postgres/extensions.sh");

/** Creates the extensions that only the superuser of the database may create, on the developer's own engine. */
export class LocalExtensions extends Construct {
  readonly resource: Resource;

  constructor(scope: Construct, id: string, { postgres, engine }: LocalExtensionsProps) {
    super(scope, id);
    const { resource } = postgres.container;
    const script = new TerraformAsset(this, "script", { path: SCRIPT, type: AssetType.FILE });
    const EXTENSIONS = postgres.extensions.join(" ");
    this.resource = new Resource(this, "extensions", {
      triggers: { container: resource.id, extensions: EXTENSIONS },
      provisioners: [
        {
          type: "local-exec",
          command: `bash ${script.path}`,
          environment: { CONTAINER: resource.name, EXTENSIONS, DOCKER_HOST: engine },
        },
      ],
    });
    this.resource.overrideLogicalId(Naming.terraformId("database-extensions"));
  }
}
