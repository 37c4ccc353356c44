import { createHash } from "node:crypto";

/** Hexadecimal digits of the digest: 48 bits, plenty to tell two settings of one container apart. */
const DIGITS = 12;

/**
 * A short digest of settings that the Docker provider plans as an update in place but never applies (health check,
 * tmpfs, init, stop grace). It goes into a label: labels replace the container, so a change becomes real. The order in
 * which settings are written down is no change.
 */
export function settingsDigest(settings: object): string {
  return createHash("sha256").update(JSON.stringify(settings, sortedKeys)).digest("hex").slice(0, DIGITS);
}

/** For JSON.stringify: the keys of every object in one order. Lists keep theirs. */
function sortedKeys(_key: string, value: unknown): unknown {
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  return isObject ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) : value;
}
