import { PluginError } from "../protocol/errors";
import type { SshHost } from "./host";

interface Cause {
  readonly words: RegExp;
  readonly headline: (target: Target) => string;
  readonly expected: (target: Target) => string;
  readonly remedy: (target: Target) => string;
}

interface Target {
  readonly host: string;
  readonly port: string;
  readonly login: string;
  /** What ssh printed. */
  readonly words: string;
  /** The options for a try by hand: `-p 2222 deploy@host`. */
  readonly ssh: string;
}

/** In the order of checking: the words of the engine's client come before the similar ones of ssh. */
const CAUSES: readonly Cause[] = [
  {
    words: /permission denied.*docker (daemon|API)|docker\.sock: connect: permission denied/i,
    headline: ({ login }) => `${login} may not use the Docker socket`,
    expected: () => "a login that is a member of the group docker",
    remedy: ({ ssh, login }) => `run \`ssh ${ssh} sudo usermod -aG docker ${login}\` and deploy again`,
  },
  {
    words: /cannot connect to the docker daemon|docker daemon (is not )?running|dial unix .*docker\.sock/i,
    headline: ({ host }) => `no Docker Engine is running on ${host}`,
    expected: () => "a Docker Engine that is up",
    remedy: ({ ssh }) => `look at \`ssh ${ssh} systemctl status docker\``,
  },
  {
    words: /docker: (command )?not found|command not found: docker|docker.*no such file or directory/i,
    headline: ({ host }) => `docker: command not found on ${host}`,
    expected: () => "Docker's client on the host, in the PATH of a non-interactive login",
    remedy: () => "install Docker Engine there, for example with `npx cdktf deploy bootstrap`",
  },
  {
    words: /remote host identification has changed|host key for .* has changed/i,
    headline: ({ host }) => `the host key of ${host} has changed`,
    expected: () => "the key that is on record",
    remedy: ({ host, port }) =>
      `if the machine was set up again, put the output of \`ssh-keyscan -p ${port} ${host}\` on record, after comparing ` +
      "it with the machine's own; if not, an attacker may be in between",
  },
  {
    words: /host key verification failed|no .* host key is known/i,
    headline: ({ host }) => `host key verification failed for ${host}`,
    expected: () => "a known_hosts file with the key that the host shows",
    remedy: ({ host, port }) =>
      `put the output of \`ssh-keyscan -p ${port} ${host}\` on record, after comparing it`,
  },
  {
    words:
      /identity file .* not accessible|load key .*(permission denied|no such file|error in libcrypto|bad permissions)/i,
    headline: ({ words }) => `the key file ${keyFile(words)} cannot be read`,
    expected: () => "a private key in that file",
    remedy: () => "correct the path, or the permissions of the file and its folder",
  },
  {
    words: /permission denied|too many authentication failures/i,
    headline: ({ login, host }) => `permission denied for ${login} on ${host}`,
    expected: () => "a key that the host accepts, usable without a prompt",
    remedy: ({ ssh }) => `try \`ssh -v ${ssh}\` with the same key, and look at authorized_keys on the host`,
  },
  {
    words: /connection refused/i,
    headline: ({ host, port }) => `connection refused by ${host}, port ${port}`,
    expected: () => "an SSH server on that port",
    remedy: () =>
      "check the address and the port, that sshd runs, and that no firewall rejects the connection",
  },
  {
    words: /could not resolve hostname/i,
    headline: ({ host }) => `could not resolve the host name ${host}`,
    expected: () => "a name that this machine can resolve, or an address",
    remedy: () => "check the spelling, or use the address",
  },
  {
    words: /timed out|no route to host|network is unreachable/i,
    headline: ({ host, port }) => `no answer from ${host}, port ${port}`,
    expected: () => "a machine that is up and can be reached from here",
    remedy: () => "check the address, that the machine runs, and that no firewall drops the connection",
  },
  {
    words: /kex_exchange_identification|connection (closed|reset) by/i,
    headline: ({ host }) => `${host} closed the connection before the login`,
    expected: () => "an SSH server that accepts one more connection",
    remedy: () => "look at the log of sshd on the host: MaxStartups and fail2ban do this",
  },
];

/**
 * The failure of a connection, by its cause.
 * @param words what ssh printed on stderr
 * @param code the exit code of ssh; null if a signal ended it
 */
export function sshFailure(host: SshHost, words: string, code: number | null): PluginError {
  const target = targetOf(host, words);
  const said =
    words.trim() === "" ? `nothing (exit code ${code ?? "none"})` : JSON.stringify(lastLines(words));
  const cause = CAUSES.find((candidate) => candidate.words.test(words));
  if (!cause) {
    return new PluginError(
      `cannot reach the Docker Engine on ${host.url}: the SSH connection failed`,
      `ssh said ${said}. Expected: a connection to the engine. Remedy: try \`ssh ${target.ssh} docker version\`.`,
    );
  }
  return new PluginError(
    `cannot reach the Docker Engine on ${host.url}: ${cause.headline(target)}`,
    `ssh said ${said}. Expected: ${cause.expected(target)}. Remedy: ${cause.remedy(target)}.`,
  );
}

/** The failure to start the system's ssh at all. */
export function sshNotStarted(host: SshHost, error: NodeJS.ErrnoException): PluginError {
  const reason = error.code === "ENOENT" ? "there is no program ssh on PATH" : error.message;
  return new PluginError(
    `cannot reach the Docker Engine on ${host.url}: ${reason}`,
    "Expected: the OpenSSH client on this machine. Remedy: install it (Debian: the package openssh-client).",
  );
}

const SHOWN_LINES = 5;

function lastLines(words: string): string {
  return words.trim().split(/\r?\n/).slice(-SHOWN_LINES).join("\n");
}

function targetOf({ host, user, port }: SshHost, words: string): Target {
  const login = user ?? "this user";
  const ssh = [
    ...(port === undefined ? [] : ["-p", port]),
    user === undefined ? host : `${user}@${host}`,
  ].join(" ");
  return { host, port: port ?? "22", login, words, ssh };
}

function keyFile(words: string): string {
  const [, path = ""] =
    /identity file (.+?) not accessible|load key "(.+?)"/i.exec(words)?.filter(Boolean) ?? [];
  return path;
}
