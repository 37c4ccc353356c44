import { TerraformVariable, VariableType } from "cdktf";
import { Construct } from "constructs";
import {
  addressOrHostName,
  existingKeyFile,
  hostKeys,
  port,
  required,
  userName,
} from "../configuration/variable-rules";

/** Which VM, and how to log in there. Terraform variables, as ApplicationVariables. */
export class HostVariables extends Construct {
  /** Address or name of the VM. */
  readonly serverIp: TerraformVariable;
  /** Login with passwordless sudo and membership in the group docker. */
  readonly sshUser: TerraformVariable;
  readonly sshPort: TerraformVariable;
  /** Path of the private key on the machine that runs Terraform. */
  readonly sshPrivateKeyFile: TerraformVariable;
  /** Public keys by which the VM proves who it is. */
  readonly sshHostKeys: TerraformVariable;

  constructor(scope: Construct, id: string) {
    super(scope, id);

    const declare = (name: string, config: ConstructorParameters<typeof TerraformVariable>[2]) => {
      const variable = new TerraformVariable(this, name, { nullable: false, ...config });
      variable.overrideLogicalId(name);
      return variable;
    };

    this.serverIp = declare("SERVER_IP", {
      type: VariableType.STRING,
      default: "",
      description: "Address or host name of the VM.",
      validation: [
        required("SERVER_IP", "the address or host name of the VM, such as 203.0.113.10"),
        addressOrHostName("SERVER_IP"),
      ],
    });
    this.sshUser = declare("SSH_USER", {
      type: VariableType.STRING,
      default: "deploy",
      description: "Login on the VM: in the group docker, with passwordless sudo.",
      validation: [userName("SSH_USER")],
    });
    this.sshPort = declare("SSH_PORT", {
      type: VariableType.NUMBER,
      default: 22,
      description: "Port of sshd on the VM.",
      validation: [port("SSH_PORT")],
    });
    this.sshPrivateKeyFile = declare("SSH_PRIVATE_KEY_FILE", {
      type: VariableType.STRING,
      default: "~/.ssh/id_ed25519",
      description: "Private key for the login, without passphrase. Only its path is kept, never its content.",
      validation: existingKeyFile("SSH_PRIVATE_KEY_FILE"),
    });
    this.sshHostKeys = declare("SSH_HOST_KEYS", {
      type: VariableType.STRING,
      default: "",
      description:
        "The VM's public host keys, as ssh-keyscan prints them. A VM that shows another key is refused.",
      validation: [
        required("SSH_HOST_KEYS", "the output of `ssh-keyscan SERVER_IP`, compared with the VM's own keys"),
        hostKeys("SSH_HOST_KEYS"),
      ],
    });
  }
}
