import { TerraformVariable, VariableType } from "cdktf";
import { Construct } from "constructs";
import {
  addressOrHostName,
  hostKeys,
  keyFileOrAgent,
  optionalUserName,
  port,
  required,
  requiredWith,
  userName,
} from "../configuration/variable-rules";

/** Which VM, and how to log in there. Terraform variables, as ApplicationVariables. */
export class HostVariables extends Construct {
  /** Address or name of the VM. */
  readonly serverIp: TerraformVariable;
  /** Root, or a login with passwordless sudo and membership in the group docker. */
  readonly sshUser: TerraformVariable;
  readonly sshPort: TerraformVariable;
  /** Path of the private key on the machine that runs Terraform; empty: the ssh-agent holds it. */
  readonly sshPrivateKeyFile: TerraformVariable;
  /** Public host keys of the VM. */
  readonly sshHostKeys: TerraformVariable;
  /** Host over which the VM is reached; empty: directly. */
  readonly sshJumpHost: TerraformVariable;
  /** Login there; empty: the same as on the VM. */
  readonly sshJumpUser: TerraformVariable;
  readonly sshJumpPort: TerraformVariable;
  /** Public host keys of the jump host. */
  readonly sshJumpHostKeys: TerraformVariable;

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
      description: "Login on the VM: root, or in the group docker with passwordless sudo.",
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
      description:
        "Private key for the login, without passphrase. Only its path is kept, never its content. Empty: the ssh-agent.",
      validation: keyFileOrAgent("SSH_PRIVATE_KEY_FILE"),
    });
    this.sshHostKeys = declare("SSH_HOST_KEYS", {
      type: VariableType.STRING,
      default: "",
      description:
        "The VM's public host keys, as ssh-keyscan prints them. A VM that shows another key is refused.",
      validation: [
        required("SSH_HOST_KEYS", "the output of `ssh-keyscan SERVER_IP`, compared with the VM's own keys"),
        ...hostKeys("SSH_HOST_KEYS", "SERVER_IP"),
      ],
    });
    this.sshJumpHost = declare("SSH_JUMP_HOST", {
      type: VariableType.STRING,
      default: "",
      description: "Host over which the VM is reached, with the same key. Empty: directly.",
      validation: [addressOrHostName("SSH_JUMP_HOST", "the jump host")],
    });
    this.sshJumpUser = declare("SSH_JUMP_USER", {
      type: VariableType.STRING,
      default: "",
      description: "Login on the jump host. Empty: SSH_USER.",
      validation: [optionalUserName("SSH_JUMP_USER")],
    });
    this.sshJumpPort = declare("SSH_JUMP_PORT", {
      type: VariableType.NUMBER,
      default: 22,
      description: "Port of sshd on the jump host.",
      validation: [port("SSH_JUMP_PORT")],
    });
    this.sshJumpHostKeys = declare("SSH_JUMP_HOST_KEYS", {
      type: VariableType.STRING,
      default: "",
      description: "The jump host's public host keys, as ssh-keyscan prints them.",
      validation: [
        requiredWith(
          "SSH_JUMP_HOST_KEYS",
          "SSH_JUMP_HOST",
          "the output of `ssh-keyscan SSH_JUMP_HOST`, compared with that host's own keys",
        ),
        ...hostKeys("SSH_JUMP_HOST_KEYS", "SSH_JUMP_HOST"),
      ],
    });
  }
}
