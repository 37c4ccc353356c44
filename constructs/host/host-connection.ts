import { Fn, TerraformLocal, type SSHProvisionerConnection } from "cdktf";
import type { DockerProviderConfig } from "@cdktf/provider-docker/lib/provider";
import { Construct } from "constructs";
import { expression } from "../configuration/expression";
import { HostVariables } from "./host-variables";

/**
 * Host key types in the order in which Terraform's SSH client asks for them. It knows one pinned key and does not
 * choose the algorithm by it, so the pinned key must be of the first type that the host has.
 *
 * Source: golang.org/x/crypto/ssh, the default order of host key algorithms.
 */
const KEY_TYPES = [
  "ecdsa-sha2-nistp256",
  "ecdsa-sha2-nistp384",
  "ecdsa-sha2-nistp521",
  "ssh-rsa",
  "ssh-ed25519",
];

/** Seconds within which a connection must stand. */
const CONNECT_TIMEOUT_SECONDS = 15;

/** Seconds that an idle connection stays open for the next command; the provider opens dozens. */
const KEEP_SECONDS = 60;

/**
 * The way to the VM, the same for Terraform's provisioners and for the Docker provider: one login, one key, one pinned
 * host key. The private key enters neither plan nor state, only its path does.
 */
export class HostConnection extends Construct {
  readonly variables: HostVariables;
  private readonly hostKey: string;
  private readonly keyFile: string;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.variables = new HostVariables(this, "variables");

    const types = KEY_TYPES.map((type) => `"${type}"`).join(", ");
    const hostKey = new TerraformLocal(
      this,
      "host-key",
      expression(
        `try(concat([for type in [${types}] : regexall("\${type} AAAA[A-Za-z0-9+/=]+", var.SSH_HOST_KEYS)]...)[0], "")`,
      ),
    );
    hostKey.overrideLogicalId("host_key");
    this.hostKey = hostKey.asString;
    this.keyFile = Fn.pathexpand(this.variables.sshPrivateKeyFile.stringValue);
  }

  /** Address of the VM, as a trigger: another VM gets everything anew. */
  get address(): string {
    return this.variables.serverIp.stringValue;
  }

  /** For provisioners. Connecting is tried until the limit: a VM that just boots is waited for. */
  get provisioner(): SSHProvisionerConnection {
    return {
      type: "ssh",
      host: this.address,
      port: this.variables.sshPort.numberValue,
      user: this.variables.sshUser.stringValue,
      privateKey: Fn.file(this.keyFile),
      hostKey: this.hostKey,
      timeout: "1m",
    };
  }

  /** What a connection needs, as triggers of a resource that must connect when it is destroyed. */
  get triggers(): Record<string, string> {
    return {
      host: this.address,
      user: this.variables.sshUser.stringValue,
      port: Fn.tostring(this.variables.sshPort.numberValue),
      key_file: this.variables.sshPrivateKeyFile.stringValue,
      host_key: this.hostKey,
    };
  }

  /** For provisioners that run when their resource is destroyed: all they may look at is its triggers. */
  get fromTriggers(): SSHProvisionerConnection {
    const trigger = (name: string) => expression(`self.triggers.${name}`);
    return {
      type: "ssh",
      host: trigger("host"),
      user: trigger("user"),
      port: trigger("port") as unknown as number,
      privateKey: expression("file(pathexpand(self.triggers.key_file))"),
      hostKey: trigger("host_key"),
      timeout: "1m",
    };
  }

  /**
   * For the Docker provider, which calls the system's ssh. The pinned key reaches it without a known_hosts file;
   * many commands share one connection, whose socket lives beside the stack.
   */
  get dockerProvider(): DockerProviderConfig {
    const { sshUser, sshPort } = this.variables;
    const host = expression(`strcontains(var.SERVER_IP, ":") ? "[\${var.SERVER_IP}]" : var.SERVER_IP`);
    const option = (name: string, value: string | number) => ["-o", `${name}=${value}`];
    return {
      host: `ssh://${sshUser.stringValue}@${host}:${Fn.tostring(sshPort.numberValue)}`,
      sshOpts: [
        "-i",
        this.keyFile,
        ...option("IdentitiesOnly", "yes"),
        ...option("BatchMode", "yes"),
        ...option("StrictHostKeyChecking", "yes"),
        ...option("UserKnownHostsFile", "/dev/null"),
        ...option("GlobalKnownHostsFile", "/dev/null"),
        ...option("KnownHostsCommand", `/bin/echo %H ${this.hostKey}`),
        ...option("ConnectTimeout", CONNECT_TIMEOUT_SECONDS),
        ...option("ServerAliveInterval", CONNECT_TIMEOUT_SECONDS),
        ...option("ControlMaster", "auto"),
        ...option("ControlPath", "./ssh-%C"),
        ...option("ControlPersist", KEEP_SECONDS),
      ],
    };
  }
}
