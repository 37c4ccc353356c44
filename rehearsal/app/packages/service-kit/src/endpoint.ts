/** The parts of a `scheme://user:password@host:port/path` address, decoded. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
  readonly user: string | undefined;
  readonly password: string | undefined;
  /** Path without its leading slash: the database's name or number. */
  readonly path: string;
}

/** What is wrong with an address that `parseEndpoint` refuses. */
export const ENDPOINT_EXPECTED =
  "is not a usable address: expected scheme://user:password@host:port/name with user and password percent-encoded";

/**
 * Takes an address apart. Every character is allowed in user and password as long as it is percent-encoded.
 *
 * @throws when the address is malformed; the message does not repeat it, since it may hold a password
 */
export function parseEndpoint(address: string, defaultPort: number): Endpoint {
  try {
    const url = new URL(address);
    if (url.hostname === "") throw new Error("no host");
    return {
      host: url.hostname.replace(/^\[|\]$/g, ""),
      port: url.port === "" ? defaultPort : Number(url.port),
      user: decodeURIComponent(url.username) || undefined,
      password: decodeURIComponent(url.password) || undefined,
      path: decodeURIComponent(url.pathname.replace(/^\//, "")),
    };
  } catch {
    throw new Error(`the address ${ENDPOINT_EXPECTED}`);
  }
}

/** Tells whether `parseEndpoint` accepts an address. */
export function isEndpoint(address: string): boolean {
  try {
    parseEndpoint(address, 0);
    return true;
  } catch {
    return false;
  }
}
