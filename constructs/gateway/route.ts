import { Token } from "cdktf";
import { portOutOfRange, rootRouteIsWeb, upstreamHostInvalid } from "./gateway-errors";
import { parseUrlPath } from "./url-path";

/** Docker's own rule for names, which also admits host names and IPv4 addresses. */
const HOST_NAME = /^[A-Za-z0-9]([A-Za-z0-9_.-]{0,251}[A-Za-z0-9])?$/;

/** Where requests are sent: a name on the Docker network, and the port in that container. */
export class Upstream {
  /**
   * @param host a container's name or alias, a host name or an IPv4 address; a Terraform value is taken as it is
   * @param port the port inside the container
   * @throws ConfigurationError when the host is no name, or the port is out of range.
   */
  static of(host: string, port: number): Upstream {
    if (!Token.isUnresolved(host) && !HOST_NAME.test(host)) {
      throw upstreamHostInvalid(host);
    }
    if (!Number.isInteger(port) || port < 1 || port > 65_535) {
      throw portOutOfRange(`port of upstream "${host}"`, port);
    }
    return new Upstream(host, port);
  }

  private constructor(
    readonly host: string,
    readonly port: number,
  ) {}

  /** As nginx takes it, for example `user-service:3001`. */
  toString(): string {
    return `${this.host}:${this.port}`;
  }
}

/** Requests to a path and everything below it go to one upstream, unchanged. */
export class Route {
  /**
   * The path itself, with and without a slash at its end, and all paths below: `/api/users` takes `/api/users/7`,
   * and leaves `/api/usersfoo` alone. Where two routes match, the longer prefix wins.
   *
   * @param prefix for example `/api/users`; a slash at its end makes no difference
   * @throws ConfigurationError when the prefix is no plain absolute path, is "/" or is the health check's.
   */
  static prefix(prefix: string, upstream: Upstream): Route {
    const path = parseUrlPath("route prefix", prefix);
    if (path === "/") {
      throw rootRouteIsWeb();
    }
    return new Route(path, upstream);
  }

  private constructor(
    /** Without a slash at its end. */
    readonly path: string,
    readonly upstream: Upstream,
  ) {}
}
