import { isIP } from "node:net";
import { renderTemplate } from "../templates";
import {
  duplicateRoutePrefix,
  logPathInvalid,
  portOutOfRange,
  rootDenied,
  settingOutOfRange,
  trustedProxyInvalid,
  trustedProxyIsEverybody,
  userInvalid,
} from "./gateway-errors";
import type { Route, Upstream } from "./route";
import { parseUrlPath } from "./url-path";

/** Folder of the container under which the configuration is mounted, and next to it the file that enables the maintenance page. */
export const GATEWAY_CONFIGURATION = "/etc/nginx/emaintenance";

/** What may differ between gateways. Everything else is in `templates/nginx/nginx.conf.eta`, with its reasons. */
export interface NginxConfigProps {
  /** Which paths go to which service. Of two that match, the longer prefix wins. */
  readonly routes: readonly Route[];

  /** Gets every request that no route takes. */
  readonly web: Upstream;

  /**
   * Whether the folder `upstreams` next to the configuration says which containers serve under the name of a service: a
   * symbolic link, named like the upstream (`user-service:3001`), to a folder that is named like the address to use.
   *
   * @default false: the names of the services themselves are used
   */
  readonly blueGreen?: boolean;

  /**
   * Ports inside the container that lead to one service each, whatever the path.
   *
   * @default [] none
   */
  readonly forwards?: readonly { readonly listenPort: number; readonly to: Upstream }[];

  /**
   * Paths that answer 403, with everything below them, in any spelling (case, encoded characters, extra slashes).
   * The usual one is `/api/auth/register`.
   *
   * @default [] none
   */
  readonly deniedPaths?: readonly string[];

  /**
   * Address ranges (CIDR) of proxies in front of this gateway, such as a TLS terminator. What they say in
   * `X-Forwarded-For` and `X-Forwarded-Proto` is believed; what anybody else says there is not.
   *
   * @default [] none: the connection's own address and scheme count
   */
  readonly trustedProxies?: readonly string[];

  /**
   * Largest request body, in MiB; a larger one answers 413.
   *
   * @default 60, so that five files of 10 MB fit
   */
  readonly clientMaxBodyMiB?: number;

  /**
   * Seconds to wait for a connection to a container. On a Docker network it takes milliseconds or never comes.
   *
   * @default 2
   */
  readonly connectTimeoutSeconds?: number;

  /**
   * Seconds that a service may stay silent in the middle of an answer, and a websocket without traffic.
   *
   * @default 60
   */
  readonly readTimeoutSeconds?: number;

  /**
   * Requests after which nginx closes a client's connection.
   *
   * @default 100000; nginx's own 1000 shows as resets under load
   */
  readonly keepaliveRequests?: number;

  /**
   * Seconds that an idle connection of a client stays open.
   *
   * @default 75
   */
  readonly keepaliveTimeoutSeconds?: number;

  /**
   * Seconds that an idle connection of a client survives a reload. Needs nginx 1.27.4 or later: an older one refuses it.
   *
   * @default not set: idle connections close at once on a reload
   */
  readonly keepaliveMinTimeoutSeconds?: number;

  /**
   * Seconds after which a name is looked up again: how long a moved container may be missed.
   *
   * @default 5
   */
  readonly resolverValidSeconds?: number;

  /**
   * Worker processes. `auto` is one per processor of the host, whatever the container's limit.
   *
   * @default 2
   */
  readonly workerProcesses?: number | "auto";

  /**
   * Connections per worker, to clients and services together. Each request that is being answered needs two of them, and
   * up to 224 KiB of buffers.
   *
   * @default 2048: with two workers, all busy, 448 MiB
   */
  readonly workerConnections?: number;

  /**
   * Seconds that old workers have after a reload to finish open requests; then these are cut.
   *
   * @default 60, in which 50 MB pass at 7 Mbit/s
   */
  readonly workerShutdownTimeoutSeconds?: number;

  /**
   * Whether text answers are compressed.
   *
   * @default true
   */
  readonly gzip?: boolean;

  /**
   * Port inside the container.
   *
   * @default 80
   */
  readonly listenPort?: number;

  /**
   * User of the image as whom workers run: `nginx` in the official images, `www-data` in Debian's package.
   *
   * @default "nginx"
   */
  readonly user?: string;

  /**
   * JSON access log, in the container.
   *
   * @default "/var/log/nginx/access.log"
   */
  readonly accessLogPath?: string;

  /**
   * Error log, in the container; errors go to standard error as well.
   *
   * @default "/var/log/nginx/error.log"
   */
  readonly errorLogPath?: string;
}

/** Lowest and highest value of each number, with its unit. Above them lie typing errors rather than needs. */
const RANGES = {
  clientMaxBodyMiB: [1, 2048, "MiB"],
  connectTimeoutSeconds: [1, 60, "seconds"],
  readTimeoutSeconds: [1, 3600, "seconds"],
  keepaliveRequests: [1, 1_000_000_000, "requests"],
  keepaliveTimeoutSeconds: [0, 3600, "seconds"],
  keepaliveMinTimeoutSeconds: [0, 3600, "seconds"],
  resolverValidSeconds: [1, 300, "seconds"],
  workerProcesses: [1, 64, "processes"],
  workerConnections: [64, 65_536, "connections"],
  workerShutdownTimeoutSeconds: [1, 3600, "seconds"],
} as const satisfies Record<string, readonly [number, number, string]>;

/** Files that a worker holds open in addition to its connections: logs, its end of the master's channel, epoll, sockets it listens on. */
const OTHER_OPEN_FILES = 256;

/**
 * The gateway's nginx.conf, complete. Equal props give an equal text.
 *
 * @throws ConfigurationError when two routes share a prefix, a denied path is no plain path, a number is out of its range,
 *   a trusted proxy is no address range, or a name could break out of its line.
 */
export function renderNginxConfig(props: NginxConfigProps): string {
  const settings = {
    workerProcesses: props.workerProcesses ?? 2,
    ...numbers(props),
    gzip: props.gzip ?? true,
    listenPort: port(props.listenPort ?? 80),
    user: userName(props.user ?? "nginx"),
    accessLogPath: logPath("accessLogPath", props.accessLogPath ?? "/var/log/nginx/access.log"),
    errorLogPath: logPath("errorLogPath", props.errorLogPath ?? "/var/log/nginx/error.log"),
    trustedProxies: (props.trustedProxies ?? []).map(addressRange),
  };
  return renderTemplate("nginx/nginx.conf.eta", {
    ...settings,
    configurationFolder: GATEWAY_CONFIGURATION,
    openFiles: settings.workerConnections + OTHER_OPEN_FILES,
    web: props.web.toString(),
    blueGreen: props.blueGreen ?? false,
    forwards: (props.forwards ?? []).map(({ listenPort, to }) => ({
      listenPort: port(listenPort),
      upstream: to.toString(),
    })),
    routes: longestFirst(props.routes).map(({ path, upstream }) => ({
      pattern: asPattern(path),
      upstream: upstream.toString(),
    })),
    closed: deniedPaths(props.deniedPaths ?? []).map(asPattern),
  });
}

function numbers(props: NginxConfigProps) {
  if (props.workerProcesses !== "auto") {
    inRange("workerProcesses", props.workerProcesses);
  }
  return {
    clientMaxBodyMiB: inRange("clientMaxBodyMiB", props.clientMaxBodyMiB) ?? 60,
    connectTimeoutSeconds: inRange("connectTimeoutSeconds", props.connectTimeoutSeconds) ?? 2,
    readTimeoutSeconds: inRange("readTimeoutSeconds", props.readTimeoutSeconds) ?? 60,
    keepaliveRequests: inRange("keepaliveRequests", props.keepaliveRequests) ?? 100_000,
    keepaliveTimeoutSeconds: inRange("keepaliveTimeoutSeconds", props.keepaliveTimeoutSeconds) ?? 75,
    keepaliveMinTimeoutSeconds: inRange("keepaliveMinTimeoutSeconds", props.keepaliveMinTimeoutSeconds),
    resolverValidSeconds: inRange("resolverValidSeconds", props.resolverValidSeconds) ?? 5,
    workerConnections: inRange("workerConnections", props.workerConnections) ?? 2048,
    workerShutdownTimeoutSeconds:
      inRange("workerShutdownTimeoutSeconds", props.workerShutdownTimeoutSeconds) ?? 60,
  };
}

function inRange(setting: keyof typeof RANGES, value: number | undefined): number | undefined {
  const [lowest, highest, unit] = RANGES[setting];
  if (value !== undefined && (!Number.isInteger(value) || value < lowest || value > highest)) {
    throw settingOutOfRange(setting, value, lowest, highest, unit);
  }
  return value;
}

function port(value: number): number {
  if (!Number.isInteger(value) || value < 1 || value > 65_535) {
    throw portOutOfRange("listenPort", value);
  }
  return value;
}

function userName(value: string): string {
  if (!/^[a-z_][a-z0-9_-]{0,31}$/.test(value)) {
    throw userInvalid(value);
  }
  return value;
}

function logPath(setting: string, value: string): string {
  if (!/^(\/[A-Za-z0-9._-]+)+$/.test(value)) {
    throw logPathInvalid(setting, value);
  }
  return value;
}

function addressRange(value: string): string {
  const [address = "", length = "", ...rest] = value.split("/");
  const version = address.includes("%") ? 0 : isIP(address);
  const bits = version === 4 ? 32 : 128;
  if (version === 0 || !/^\d{1,3}$/.test(length) || Number(length) > bits || rest.length > 0) {
    throw trustedProxyInvalid(value);
  }
  if (Number(length) === 0) {
    throw trustedProxyIsEverybody(value);
  }
  return value;
}

/** nginx takes the first pattern that matches, so the most specific has to come first. */
function longestFirst(routes: readonly Route[]): Route[] {
  const byPath = new Map<string, Route>();
  for (const route of routes) {
    const other = byPath.get(route.path);
    if (other) {
      throw duplicateRoutePrefix(route.path, other.upstream.toString(), route.upstream.toString());
    }
    byPath.set(route.path, route);
  }
  return [...byPath.values()].sort((a, b) => b.path.length - a.path.length || (a.path < b.path ? -1 : 1));
}

function deniedPaths(paths: readonly string[]): string[] {
  const plain = paths.map((path) => parseUrlPath("denied path", path));
  if (plain.includes("/")) {
    throw rootDenied();
  }
  return [...new Set(plain)].sort();
}

/** A plain path as a regular expression: of its characters, only the dot means something there. */
function asPattern(path: string): string {
  return path.replaceAll(".", "\\.");
}
