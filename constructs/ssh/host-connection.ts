import { TerraformLocal, type LocalExecProvisioner, type SSHProvisionerConnection } from "cdktf";
import type { DockerProviderConfig } from "@cdktf/provider-docker/lib/provider";
import { Construct } from "constructs";
import { expression } from "../configuration/expression";
import { template } from "../templates";
import { escapeTemplate } from "../values/terraform-text";
import { HostVariables } from "./host-variables";
import {
  deploymentSshOptions,
  DEPLOYMENT_ROUTE,
  dockerSshOptions,
  sshLocals,
  sshOptions,
} from "./ssh-options";
import { sshScript } from "./ssh-script";

/** How long Terraform tries to connect: a VM that just boots, or drops a login, is waited for. */
const CONNECT_LIMIT = "1m";

/**
 * Where Terraform lays a script on the host, from the home folder of the login. It makes the file writable for all, which is
 * harmless in a folder that only the login enters; its own default is /tmp. Two folders, of which the outer one is missing
 * too where nothing was prepared: scp would make a file of a single missing one.
 */
const SCRIPT_PATH = ".emaintenance/scripts/%RAND%.sh";

/**
 * A key that no host shows: of a type that only security tokens have, made of the digest of a sentence. Without any key,
 * Terraform's client would trust every host.
 */
const NOBODYS_KEY =
  "sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAIJ+2R9AgtCP2FVW9Y/XKyGpTxOQMRqkI8kW9XxGEQmZhAAAABHNzaDo=";

/**
 * The way to the VM, the same for Terraform's provisioners and for the Docker provider: one login, one key file or the
 * ssh-agent, perhaps a jump host, and pinned host keys. The private key enters neither plan, state nor arguments: only its
 * path does. See docs/ssh.md.
 */
export class HostConnection extends Construct {
  readonly variables: HostVariables;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.variables = new HostVariables(this, "variables");
    const locals = {
      host_keys: pinnedKeys("SSH_HOST_KEYS"),
      jump_host_keys: pinnedKeys("SSH_JUMP_HOST_KEYS"),
      host_key: knownHostsOfTerraform(),
      jump_user: 'var.SSH_JUMP_USER == "" ? var.SSH_USER : var.SSH_JUMP_USER',
      engine: '"ssh://${var.SSH_USER}@${local.url_host}:${var.SSH_PORT}"',
      url_host: 'strcontains(var.SERVER_IP, ":") ? "[${var.SERVER_IP}]" : var.SERVER_IP',
      ...sshLocals,
    };
    for (const [name, hcl] of Object.entries(locals)) {
      new TerraformLocal(this, name, expression(hcl)).overrideLogicalId(name);
    }
  }

  /** Address of the VM, as a trigger: another VM is provisioned again from the start. */
  get address(): string {
    return this.variables.serverIp.stringValue;
  }

  /** For provisioners. */
  get provisioner(): SSHProvisionerConnection {
    return connection({
      host: "var.SERVER_IP",
      port: "var.SSH_PORT",
      user: "var.SSH_USER",
      key_file: "var.SSH_PRIVATE_KEY_FILE",
      host_key: "local.host_key",
      jump_host: "var.SSH_JUMP_HOST",
      jump_port: "var.SSH_JUMP_PORT",
      jump_user: "local.jump_user",
    });
  }

  /** Makes the folder for scripts on the host: for the first script of a stack. Waits for a host that still boots. */
  get scriptFolder(): LocalExecProvisioner {
    return sshScript({
      route: DEPLOYMENT_ROUTE,
      options: deploymentSshOptions(),
      script: escapeTemplate(template("ssh/script-folder.sh")),
    });
  }

  /** What a connection needs, as triggers of a resource that must connect when it is destroyed. */
  get triggers(): Record<string, string> {
    return {
      host: this.address,
      user: this.variables.sshUser.stringValue,
      port: expression("tostring(var.SSH_PORT)"),
      key_file: this.variables.sshPrivateKeyFile.stringValue,
      host_key: expression("local.host_key"),
      jump_host: this.variables.sshJumpHost.stringValue,
      jump_user: expression("local.jump_user"),
      jump_port: expression("tostring(var.SSH_JUMP_PORT)"),
    };
  }

  /**
   * Runs a line of sh on the host when the resource of these triggers is destroyed: all that Terraform knows then is the
   * resource itself. The folder for scripts may no longer exist, or not yet.
   *
   * @param script may refer to `self.triggers`
   */
  whenDestroyed(script: string): LocalExecProvisioner {
    const trigger = (name: string) => `self.triggers.${name}`;
    // A resource that was made before there were jump hosts knows of none.
    const later = (name: string, otherwise: string) => `lookup(self.triggers, "${name}", ${otherwise})`;
    const jump = { host: later("jump_host", '""'), port: later("jump_port", "22") };
    const route = {
      host: trigger("host"),
      port: trigger("port"),
      user: trigger("user"),
      keyFile: trigger("key_file"),
      hostKeys: keysOf(trigger("host_key"), trigger("host"), trigger("port")),
      jumpHost: jump.host,
      jumpPort: jump.port,
      jumpUser: later("jump_user", trigger("user")),
      jumpHostKeys: keysOf(trigger("host_key"), jump.host, jump.port),
    };
    return sshScript({ route, options: sshOptions(route), script, when: "destroy" });
  }

  /** For the Docker provider, which calls the system's ssh. */
  get dockerProvider(): DockerProviderConfig {
    return { host: expression("local.engine"), sshOpts: dockerSshOptions() };
  }
}

/** Each field of a connection, written in Terraform's language. */
type Route = Readonly<
  Record<"host" | "port" | "user" | "key_file" | "host_key" | "jump_host" | "jump_port" | "jump_user", string>
>;

/** An empty key file means the agent, an empty jump host means a direct connection. */
function connection(route: Route): SSHProvisionerConnection {
  // Terraform converts the text of an expression to a number if it expects one.
  const number = (hcl: string) => expression(hcl) as unknown as number;
  return {
    type: "ssh",
    host: expression(route.host),
    port: number(route.port),
    user: expression(route.user),
    privateKey: expression(`${route.key_file} == "" ? "" : file(pathexpand(${route.key_file}))`),
    agent: expression(`${route.key_file} == ""`),
    hostKey: expression(route.host_key),
    bastionHost: expression(route.jump_host),
    bastionPort: number(route.jump_port),
    bastionUser: expression(route.jump_user),
    bastionHostKey: expression(route.host_key),
    timeout: CONNECT_LIMIT,
    scriptPath: SCRIPT_PATH,
  };
}

/** The keys in lines of ssh-keyscan or a known_hosts file, whatever precedes and follows them; comments are left out. */
function pinnedKeys(variable: string): string {
  const key = "(?:ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp[0-9]+) AAAA[A-Za-z0-9+/=]+";
  const lines = `split("\\n", var.${variable})`;
  return `sort(distinct(flatten([for line in ${lines} : startswith(trimspace(line), "#") ? [] : regexall("${key}", line)])))`;
}

/**
 * Terraform's client writes what it gets as the host key into a known_hosts file, behind `@cert-authority HOST:PORT `. It
 * does not choose the key's type by it, and it checks a jump host against the key of the VM (as of 1.11). So the key there is
 * nobody's, and all real ones follow as lines of their own, each good for its own host only.
 */
function knownHostsOfTerraform(): string {
  const lines = (keys: string, host: string, port: string) =>
    `[for key in local.${keys} : "[\${var.${host}}]:\${var.${port}} \${key}"]`;
  const vm = lines("host_keys", "SERVER_IP", "SSH_PORT");
  const jumpHost = lines("jump_host_keys", "SSH_JUMP_HOST", "SSH_JUMP_PORT");
  return `join("\\n", concat(["${NOBODYS_KEY}"], ${vm}, ${jumpHost}))`;
}

/** The keys of one host among the lines of `knownHostsOfTerraform`. */
function keysOf(known: string, host: string, port: string): string {
  const before = `"[\${${host}}]:\${${port}} "`;
  return `[for line in split("\\n", ${known}) : trimprefix(line, ${before}) if startswith(line, ${before})]`;
}
