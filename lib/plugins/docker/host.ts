import { PluginError } from "../protocol/errors";

/** Where a Docker Engine listens. */
export type EngineHost = UnixHost | SshHost;

export interface UnixHost {
  readonly kind: "unix";
  readonly url: string;
  readonly socketPath: string;
}

export interface SshHost {
  readonly kind: "ssh";
  readonly url: string;
  readonly host: string;
  /** @default what the system's ssh takes */
  readonly user?: string;
  readonly port?: string;
}

const DEFAULT_HOST = "unix:///var/run/docker.sock";

/**
 * @param url `unix:///path` or `ssh://user@host:port`
 * @throws PluginError
 */
export function parseHost(url = DEFAULT_HOST): EngineHost {
  if (url.startsWith("unix://")) {
    const socketPath = url.slice("unix://".length);
    if (socketPath.startsWith("/")) return { kind: "unix", url, socketPath };
    throw wrongHost(url, "the path of a socket after unix:// starts with a slash");
  }
  if (!url.startsWith("ssh://"))
    throw wrongHost(url, "the offline plugin speaks over unix:// and ssh:// only");
  if (!URL.canParse(url)) throw wrongHost(url, "that is no URL");
  const { username, password, hostname, port, pathname, search, hash } = new URL(url);
  if (hostname === "") throw wrongHost(url, "the host name is missing");
  // An address that starts with a dash would be read by ssh as an option.
  if (hostname.startsWith("-") || username.startsWith("-"))
    throw wrongHost(url, "names may not start with a dash");
  if (password !== "")
    throw wrongHost("ssh://…", "a password in the URL would show in the process list; use a key");
  if (!["", "/"].includes(pathname) || search || hash) throw wrongHost(url, "nothing may follow the port");
  // ssh takes an IPv6 address without the brackets that a URL needs.
  const host = hostname.replace(/^\[(.*)\]$/, "$1");
  return {
    kind: "ssh",
    url,
    host,
    user: username === "" ? undefined : decodeURIComponent(username),
    port: port || undefined,
  };
}

/** The command that connects to the engine on `host`, exactly as Docker's own connection helper starts it. */
export function sshCommand({ host, user, port }: SshHost, options: readonly string[]): readonly string[] {
  const timeout = options.some((option) => option.includes("ConnectTimeout"))
    ? []
    : ["-o", "ConnectTimeout=30"];
  const login = user === undefined ? [] : ["-l", user];
  const portOption = port === undefined ? [] : ["-p", port];
  return [
    "ssh",
    ...options,
    ...timeout,
    "-T",
    ...login,
    ...portOption,
    "--",
    host,
    "docker",
    "system",
    "dial-stdio",
  ];
}

function wrongHost(url: string, reason: string): PluginError {
  return new PluginError(
    `provider "docker": host "${url}" cannot be used: ${reason}`,
    "Expected unix:///var/run/docker.sock or ssh://user@host:port. Set `host` of the provider, or DOCKER_HOST.",
  );
}
