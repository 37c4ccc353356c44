import { expression } from "../configuration/expression";

/** Seconds within which one attempt to connect must succeed, and after which a silent connection is probed. */
const TIMEOUT_SECONDS = 15;

/** Attempts before a connection counts as failed. */
const ATTEMPTS = 3;

/** Seconds that an idle connection stays open for the next command; the provider opens dozens. */
const KEEP_SECONDS = 60;

/**
 * What holds for the VM and the jump host alike, as lines of ssh_config. One key file and no other key, or what the agent
 * holds and no file; never a question; nobody is trusted but whose key `knownHosts` tells.
 */
const common = (knownHosts: string): readonly string[] => [
  "IdentityFile=${local.ssh_identity}",
  "IdentitiesOnly=${local.ssh_identities_only}",
  "BatchMode=yes",
  "StrictHostKeyChecking=yes",
  "UserKnownHostsFile=/dev/null",
  "GlobalKnownHostsFile=/dev/null",
  `KnownHostsCommand=\${${knownHosts}}`,
  `ConnectTimeout=${TIMEOUT_SECONDS}`,
  `ConnectionAttempts=${ATTEMPTS}`,
  `ServerAliveInterval=${TIMEOUT_SECONDS}`,
];

/** A command that prints known_hosts lines. `%%` and `%H` are ssh's: a percent sign, and the name that it looks for. */
const knownHosts = (keys: string) =>
  String.raw`join(" ", concat(["/usr/bin/printf \"%%s %%s %%s\\n\""], [for key in ${keys} : "%H ` +
  '${key}"]))';

/**
 * The command by which ssh reaches the VM through the jump host. `ProxyJump` would be shorter, but hands none of these
 * options on: the jump host's key would not be checked. The outer ssh reads percent signs, so the inner one's are doubled.
 */
const throughJumpHost = () => {
  const options = common("local.ssh_jump_known_hosts").map((line) => `"${line}"`);
  const words = `concat(["ssh -F none -T"], [for option in [${options.join(", ")}] : "-o '\${option}'"])`;
  const target = `-l \${local.jump_user} -p \${var.SSH_JUMP_PORT} -W '[%h]:%p' -- \${var.SSH_JUMP_HOST}`;
  return `"\${replace(join(" ", ${words}), "%", "%%")} ${target}"`;
};

/** What the options refer to, as Terraform locals by name. */
export const sshLocals: Readonly<Record<string, string>> = {
  ssh_identity: String.raw`var.SSH_PRIVATE_KEY_FILE == "" ? "none" : "\"${"${pathexpand(var.SSH_PRIVATE_KEY_FILE)}"}\""`,
  ssh_identities_only: 'var.SSH_PRIVATE_KEY_FILE == "" ? "no" : "yes"',
  ssh_known_hosts: knownHosts("local.host_keys"),
  ssh_jump_known_hosts: knownHosts("local.jump_host_keys"),
  ssh_proxy: `var.SSH_JUMP_HOST == "" ? "none" : ${throughJumpHost()}`,
  // A connection that was opened with other keys is not used again.
  ssh_way: `substr(sha256(join(" ", [local.ssh_known_hosts, local.ssh_proxy, local.ssh_identity])), 0, 8)`,
};

/**
 * Options of the system's ssh for the Docker provider. Nobody's own configuration of ssh takes part (`-F none`), as
 * Terraform's built-in client does not read it either. The pinned keys reach ssh without a known_hosts file; many commands
 * share one connection, whose socket lies beside the stack and goes a minute after the last of them.
 */
export function dockerSshOptions(): string[] {
  const lines = [
    ...common("local.ssh_known_hosts"),
    `ProxyCommand=${expression("local.ssh_proxy")}`,
    "ControlMaster=auto",
    `ControlPath=./ssh-${expression("local.ssh_way")}-%C`,
    `ControlPersist=${KEEP_SECONDS}`,
  ];
  return ["-F", "none", ...lines.flatMap((line) => ["-o", line])];
}
