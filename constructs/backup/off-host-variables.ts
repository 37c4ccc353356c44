import { TerraformVariable, VariableType } from "cdktf";
import { Construct } from "constructs";
import {
  hostKeys,
  keyFileOrAgent,
  offHostRepository,
  required,
  secret,
} from "../configuration/variable-rules";

/** Where offsite copies of the backups go, and what opens that place. Terraform variables, as ApplicationVariables. */
export class OffHostVariables extends Construct {
  /** A repository as restic names it. */
  readonly repository: TerraformVariable;
  /** Encrypts the copies: without it they are unreadable, also for the team. */
  readonly password: TerraformVariable;
  /** Of S3 storage; empty elsewhere. */
  readonly keyId: TerraformVariable;
  readonly keySecret: TerraformVariable;
  /** Path of the private key for SFTP on the machine that runs Terraform; empty elsewhere. */
  readonly sshKeyFile: TerraformVariable;
  /** Public host keys of the SFTP server. */
  readonly sshHostKeys: TerraformVariable;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    const declare = (name: string, config: ConstructorParameters<typeof TerraformVariable>[2]) => {
      const variable = new TerraformVariable(this, name, {
        nullable: false,
        type: VariableType.STRING,
        default: "",
        ...config,
      });
      variable.overrideLogicalId(name);
      return variable;
    };
    this.repository = declare("OFF_HOST_REPOSITORY", {
      description:
        "Where offsite copies of the backups go: sftp:LOGIN@HOST:/PATH, s3:https://HOST/BUCKET, or a folder.",
      validation: [
        required("OFF_HOST_REPOSITORY", "a place for copies, such as sftp:backup@203.0.113.20:/copies"),
        offHostRepository("OFF_HOST_REPOSITORY"),
      ],
    });
    this.password = declare("OFF_HOST_PASSWORD", {
      sensitive: true,
      description:
        "Encrypts the copies; at least 16 characters. Keep it elsewhere too: without it the copies are lost.",
      validation: [
        required("OFF_HOST_PASSWORD", "a secret of at least 16 characters"),
        ...secret("OFF_HOST_PASSWORD", 16, "openssl rand -base64 24"),
      ],
    });
    this.keyId = declare("OFF_HOST_KEY_ID", {
      sensitive: true,
      description: "Access key of S3 storage.",
      validation: secret("OFF_HOST_KEY_ID", 1, "your storage's console"),
    });
    this.keySecret = declare("OFF_HOST_KEY_SECRET", {
      sensitive: true,
      description: "Secret key of S3 storage.",
      validation: secret("OFF_HOST_KEY_SECRET", 1, "your storage's console"),
    });
    this.sshKeyFile = declare("OFF_HOST_SSH_KEY_FILE", {
      description: "Private key for SFTP, without passphrase: a key of its own, that may do nothing else.",
      validation: keyFileOrAgent("OFF_HOST_SSH_KEY_FILE"),
    });
    this.sshHostKeys = declare("OFF_HOST_SSH_HOST_KEYS", {
      description: "The SFTP server's public host keys, as ssh-keyscan prints them.",
      validation: hostKeys("OFF_HOST_SSH_HOST_KEYS", "HOST"),
    });
  }
}
