import { ConfigurationError } from "../errors";

/**
 * Every complaint about the settings of the gateway, as named factories that return the error. Each says what came,
 * what was expected and the remedy.
 */

/** An upstream whose host cannot be a name or an IPv4 address on the Docker network. */
export function upstreamHostInvalid(host: string): ConfigurationError {
  return new ConfigurationError(
    `upstream host ${JSON.stringify(host)} is no host name: ` +
      `expected letters, digits, ".", "_" and "-" as in "user-service"; the port is a value of its own`,
  );
}

/** A port that no program can listen on. */
export function portOutOfRange(what: string, port: number): ConfigurationError {
  return new ConfigurationError(`${what} is ${port}: expected a whole number from 1 to 65535`);
}

/** A route prefix or denied path that does not start at the root. */
export function pathNotAbsolute(what: string, path: string): ConfigurationError {
  const remedy = path === "" ? `write it as in "/api/users"` : `write it as ${JSON.stringify(`/${path}`)}`;
  return new ConfigurationError(`${what} ${JSON.stringify(path)} does not start with "/": ${remedy}`);
}

/** A path with a character that would end the line in the configuration, or that a client would send encoded. */
export function pathCharacterInvalid(what: string, path: string, character: string): ConfigurationError {
  return new ConfigurationError(
    `${what} ${JSON.stringify(path)} holds ${JSON.stringify(character)}: ` +
      `expected letters, digits, "-", ".", "_" and "~" between slashes; take it out`,
  );
}

/** A path with `//`, `/./` or `/../`, which the gateway resolves before it compares. */
export function pathSegmentInvalid(what: string, path: string, segment: string): ConfigurationError {
  return new ConfigurationError(
    `${what} ${JSON.stringify(path)} has the segment ${JSON.stringify(segment)}, which no request keeps: ` +
      `write the path as it is after "//", "." and ".." are resolved`,
  );
}

/** A route for "/", which belongs to the web application. */
export function rootRouteIsWeb(): ConfigurationError {
  return new ConfigurationError(
    `route prefix "/" is the web application's, which gets whatever no route takes: ` +
      `pass its upstream as "web" instead`,
  );
}

/** A denied path "/", after which nothing answers. */
export function rootDenied(): ConfigurationError {
  return new ConfigurationError(
    `denied path "/" closes the whole system: deny the paths that are meant, such as "/api/auth/register"`,
  );
}

/** A path that the gateway needs for itself. */
export function pathReserved(what: string, path: string, purpose: string): ConfigurationError {
  return new ConfigurationError(
    `${what} ${JSON.stringify(path)} is taken by the gateway itself, for ${purpose}: choose another path`,
  );
}

/** Two routes with one prefix: only one of them could ever be reached. */
export function duplicateRoutePrefix(prefix: string, first: string, second: string): ConfigurationError {
  return new ConfigurationError(
    `two routes share the prefix ${JSON.stringify(prefix)}, to ${first} and to ${second}: remove one of them`,
  );
}

/** A number outside of what works. */
export function settingOutOfRange(
  setting: string,
  value: number,
  lowest: number,
  highest: number,
  unit: string,
): ConfigurationError {
  return new ConfigurationError(
    `${setting} is ${value}: expected a whole number of ${unit} from ${lowest} to ${highest}`,
  );
}

/** A trusted proxy that is no address range. */
export function trustedProxyInvalid(range: string): ConfigurationError {
  return new ConfigurationError(
    `trusted proxy ${JSON.stringify(range)} is no address range: expected CIDR notation such as "10.0.0.0/8" or ` +
      `"2001:db8::/32", and "/32" or "/128" for one address`,
  );
}

/** A trusted proxy range that holds every address, so that any client could claim any address. */
export function trustedProxyIsEverybody(range: string): ConfigurationError {
  return new ConfigurationError(
    `trusted proxy ${JSON.stringify(range)} is the whole internet, and any client could then choose its own address: ` +
      `name the proxy's range`,
  );
}

/** A log file path that nginx could not open, or that would end the line in the configuration. */
export function logPathInvalid(setting: string, path: string): ConfigurationError {
  return new ConfigurationError(
    `${setting} is ${JSON.stringify(path)}: expected an absolute path of letters, digits, "-", ".", "_" and "/", ` +
      `such as "/var/log/nginx/access.log"`,
  );
}

/** A user name that no system has. */
export function userInvalid(user: string): ConfigurationError {
  return new ConfigurationError(
    `user is ${JSON.stringify(user)}: expected a user of the nginx image, such as "nginx" or "www-data"`,
  );
}
