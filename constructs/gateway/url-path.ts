import { pathCharacterInvalid, pathNotAbsolute, pathReserved, pathSegmentInvalid } from "./gateway-errors";

/** Answered by nginx itself, without a service: the container's health check asks here. */
export const HEALTH_PATH = "/health";

/** RFC 3986, "unreserved": what a client never has to encode, so that a path has one spelling only. */
const FOREIGN_CHARACTER = /[^A-Za-z0-9\-._~/]/u;

/**
 * Reads a path of a URL as people write it, and returns it without a slash at its end ("/" itself excepted).
 *
 * @param what named in errors, for example "route prefix"
 * @throws ConfigurationError when the path is not absolute, has other characters than unreserved ones or an empty,
 *   "." or ".." segment, or lies at or below the gateway's own health check.
 */
export function parseUrlPath(what: string, path: string): string {
  if (!path.startsWith("/")) {
    throw pathNotAbsolute(what, path);
  }
  const foreign = FOREIGN_CHARACTER.exec(path);
  if (foreign) {
    throw pathCharacterInvalid(what, path, foreign[0]);
  }
  const normal = path === "/" ? path : path.replace(/\/$/, "");
  const unstable = normal.split("/").find((segment, index) => index > 0 && /^\.{0,2}$/.test(segment));
  if (unstable !== undefined && normal !== "/") {
    throw pathSegmentInvalid(what, path, unstable);
  }
  if (normal === HEALTH_PATH || normal.startsWith(`${HEALTH_PATH}/`)) {
    throw pathReserved(what, path, "its health check");
  }
  return normal;
}
