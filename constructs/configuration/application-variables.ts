import { TerraformVariable, VariableType } from "cdktf";
import { Construct } from "constructs";
import { ServiceCatalogue } from "../services/service-catalogue";
import { releaseName, imageReferences, originUrl, required, secret } from "./variable-rules";

export interface ApplicationVariablesProps {
  /**
   * Origin under which people reach the system, when the variable NEXT_PUBLIC_API_URL is not set.
   * @default none: the variable must be set
   */
  readonly defaultPublicUrl?: string;
  /** Services whose images the variable IMAGES may name. @default those of the deployment document */
  readonly services?: ServiceCatalogue;
}

/**
 * The values that a deployment of the application needs and no file of the repository may hold (the deployment
 * document, 5.1). They are Terraform variables: synthesis needs none of them, and Terraform refuses a wrong one at
 * plan with a sentence.
 */
export class ApplicationVariables extends Construct {
  /** Password of the database user. */
  readonly postgresPassword: TerraformVariable;
  /** Key that signs the sessions of users. */
  readonly jwtSecret: TerraformVariable;
  /** Password of Redis. */
  readonly redisPassword: TerraformVariable;
  /** Origin under which people reach the gateway. */
  readonly publicUrl: TerraformVariable;
  /** Name of what is deployed: the tag of the team's own images, and the name in the record on the host. */
  readonly release: TerraformVariable;
  /** Image references by service, where they differ from the defaults. */
  readonly images: TerraformVariable;

  constructor(scope: Construct, id: string, props: ApplicationVariablesProps = {}) {
    super(scope, id);

    const declare = (name: string, config: ConstructorParameters<typeof TerraformVariable>[2]) => {
      const variable = new TerraformVariable(this, name, { nullable: false, ...config });
      variable.overrideLogicalId(name);
      return variable;
    };

    this.postgresPassword = declare("POSTGRES_PASSWORD", {
      type: VariableType.STRING,
      sensitive: true,
      default: "",
      description: "Password of the database user; at least 16 characters, any character is fine.",
      validation: [
        required("POSTGRES_PASSWORD", "a secret of at least 16 characters"),
        ...secret("POSTGRES_PASSWORD", 16, "openssl rand -base64 24"),
      ],
    });
    this.jwtSecret = declare("JWT_SECRET", {
      type: VariableType.STRING,
      sensitive: true,
      default: "",
      description: "Key that signs the sessions of users; at least 32 characters.",
      validation: [
        required("JWT_SECRET", "a secret of at least 32 characters"),
        ...secret("JWT_SECRET", 32, "openssl rand -base64 48"),
      ],
    });
    this.redisPassword = declare("REDIS_PASSWORD", {
      type: VariableType.STRING,
      sensitive: true,
      default: "",
      description: "Password of Redis; at least 16 characters, any character is fine.",
      validation: [
        required(
          "REDIS_PASSWORD",
          "a secret of at least 16 characters, as `openssl rand -base64 24` makes one: without it, every container and login of the VM reads and forges sessions. " +
            "A system that has run without one keeps its sessions, and its services work on meanwhile",
        ),
        ...secret("REDIS_PASSWORD", 16, "openssl rand -base64 24"),
      ],
    });
    this.publicUrl = declare("NEXT_PUBLIC_API_URL", {
      type: VariableType.STRING,
      default: props.defaultPublicUrl ?? "",
      description: "Origin of the gateway as browsers see it, such as http://203.0.113.10:3030.",
      validation: [
        required("NEXT_PUBLIC_API_URL", "the origin of the gateway, such as http://203.0.113.10:3030"),
        originUrl("NEXT_PUBLIC_API_URL"),
      ],
    });
    this.release = declare("RELEASE", {
      type: VariableType.STRING,
      default: "latest",
      description: "Release to deploy: the tag of the team's own images.",
      validation: releaseName("RELEASE"),
    });
    this.images = declare("IMAGES", {
      type: VariableType.MAP_STRING,
      default: {},
      description: "Image references by service, where they differ from the defaults.",
      validation: imageReferences("IMAGES", (props.services ?? ServiceCatalogue.builtIn).names),
    });
  }

  /** The values that no log, plan or file may show. */
  get secrets(): readonly TerraformVariable[] {
    return [this.jwtSecret, this.postgresPassword, this.redisPassword];
  }
}
