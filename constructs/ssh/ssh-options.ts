import { expression } from "../configuration/expression";

/** Seconds within which one attempt to connect must succeed, and after which a silent connection is probed. */
const TIMEOUT_SECONDS = 15;

/** Attempts before a connection counts as failed. */
const ATTEMPTS = 3;

/** Seconds that an idle connection stays open for the next command; the provider opens dozens. */
const KEEP_SECONDS = 60;

/** Who logs in where, and what the hosts show; each field is an expression of Terraform, without its braces. */
export type SshRoute = Readonly<
  Record<
    "host" | "port" | "user" | "keyFile" | "hostKeys" | "jumpHost" | "jumpPort" | "jumpUser" | "jumpHostKeys",
    string
  >
>;

/** The parts of the options that are made of a route, as expressions without their braces. */
type SshParts = Readonly<Record<"identity" | "identitiesOnly" | "knownHosts" | "jumpKnownHosts", string>>;

/**
 * What holds for the VM and the jump host alike, as lines of ssh_config. One key file and no other key, or what the agent
 * holds and no file; never a question; nobody is trusted but whose key `knownHosts` tells.
 */
const common = (parts: SshParts, knownHosts: string): readonly string[] => [
  `IdentityFile=${expression(parts.identity)}`,
  `IdentitiesOnly=${expression(parts.identitiesOnly)}`,
  "BatchMode=yes",
  "StrictHostKeyChecking=yes",
  "UserKnownHostsFile=/dev/null",
  "GlobalKnownHostsFile=/dev/null",
  `KnownHostsCommand=${expression(knownHosts)}`,
  `ConnectTimeout=${TIMEOUT_SECONDS}`,
  `ConnectionAttempts=${ATTEMPTS}`,
  `ServerAliveInterval=${TIMEOUT_SECONDS}`,
];

/** A command that prints known_hosts lines. `%%` and `%H` are ssh's: a percent sign, and the name that it looks for. */
const knownHosts = (keys: string) =>
  String.raw`join(" ", concat(["/usr/bin/printf \"%%s %%s %%s\\n\""], [for key in ${keys} : "%H ` +
  '${key}"]))';

const identity = (keyFile: string) =>
  String.raw`${keyFile} == "" ? "none" : "\"${"${pathexpand("}${keyFile})}\""`;

const identitiesOnly = (keyFile: string) => `${keyFile} == "" ? "no" : "yes"`;

/**
 * The command by which ssh reaches the VM through the jump host. `ProxyJump` would be shorter, but hands none of these
 * options on: the jump host's key would not be checked. The outer ssh reads percent signs, so the inner one's are doubled.
 */
const throughJumpHost = (route: SshRoute, parts: SshParts) => {
  const options = common(parts, parts.jumpKnownHosts).map((line) => `"${line}"`);
  const words = `concat(["ssh -F none -T"], [for option in [${options.join(", ")}] : "-o '\${option}'"])`;
  const target = `-l \${${route.jumpUser}} -p \${${route.jumpPort}} -W '[%h]:%p' -- \${${route.jumpHost}}`;
  return `"\${replace(join(" ", ${words}), "%", "%%")} ${target}"`;
};

const proxy = (route: SshRoute, parts: SshParts) =>
  `${route.jumpHost} == "" ? "none" : ${throughJumpHost(route, parts)}`;

/** The way that a deployment takes, by its variables. */
export const DEPLOYMENT_ROUTE: SshRoute = {
  host: "var.SERVER_IP",
  port: "var.SSH_PORT",
  user: "var.SSH_USER",
  keyFile: "var.SSH_PRIVATE_KEY_FILE",
  hostKeys: "local.host_keys",
  jumpHost: "var.SSH_JUMP_HOST",
  jumpPort: "var.SSH_JUMP_PORT",
  jumpUser: "local.jump_user",
  jumpHostKeys: "local.jump_host_keys",
};

const DEPLOYMENT_PARTS: SshParts = {
  identity: "local.ssh_identity",
  identitiesOnly: "local.ssh_identities_only",
  knownHosts: "local.ssh_known_hosts",
  jumpKnownHosts: "local.ssh_jump_known_hosts",
};

/** What the options of a deployment refer to, as Terraform locals by name. */
export const sshLocals: Readonly<Record<string, string>> = {
  ssh_identity: identity(DEPLOYMENT_ROUTE.keyFile),
  ssh_identities_only: identitiesOnly(DEPLOYMENT_ROUTE.keyFile),
  ssh_known_hosts: knownHosts(DEPLOYMENT_ROUTE.hostKeys),
  ssh_jump_known_hosts: knownHosts(DEPLOYMENT_ROUTE.jumpHostKeys),
  ssh_proxy: proxy(DEPLOYMENT_ROUTE, DEPLOYMENT_PARTS),
  // A connection that was opened with other keys is not used again.
  ssh_way: `substr(sha256(join(" ", [local.ssh_known_hosts, local.ssh_proxy, local.ssh_identity])), 0, 8)`,
};

const lines = (parts: SshParts, proxyCommand: string) => [
  ...common(parts, parts.knownHosts),
  `ProxyCommand=${expression(proxyCommand)}`,
];

const words = (options: readonly string[]) => ["-F", "none", ...options.flatMap((line) => ["-o", line])];

/**
 * Options of the system's ssh for the Docker provider. Nobody's own configuration of ssh takes part (`-F none`), as
 * Terraform's built-in client does not read it either. The pinned keys reach ssh without a known_hosts file; many commands
 * share one connection, whose socket lies next to the stack and is removed a minute after the last of them.
 */
export function dockerSshOptions(): string[] {
  return words([
    ...lines(DEPLOYMENT_PARTS, "local.ssh_proxy"),
    "ControlMaster=auto",
    `ControlPath=./ssh-${expression("local.ssh_way")}-%C`,
    `ControlPersist=${KEEP_SECONDS}`,
  ]);
}

/** The same for one command over a connection of its own. */
export function deploymentSshOptions(): string[] {
  return words(lines(DEPLOYMENT_PARTS, "local.ssh_proxy"));
}

/** The same, with every expression written out: for where Terraform knows no local values. */
export function sshOptions(route: SshRoute): string[] {
  const parts: SshParts = {
    identity: identity(route.keyFile),
    identitiesOnly: identitiesOnly(route.keyFile),
    knownHosts: knownHosts(route.hostKeys),
    jumpKnownHosts: knownHosts(route.jumpHostKeys),
  };
  return words(lines(parts, proxy(route, parts)));
}
