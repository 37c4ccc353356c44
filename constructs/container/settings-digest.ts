import { createHash } from "node:crypto";

/** Hexadecimal digits of the digest: 48 bits, plenty to tell two settings of one container apart. */
const DIGITS = 12;

/**
 * A short digest of settings that the Docker provider plans as an update in place but never applies (health check,
 * tmpfs, init, stop grace). It goes into a label: labels replace the container, so a change becomes real.
 */
export function settingsDigest(settings: object): string {
  return createHash("sha256").update(JSON.stringify(settings)).digest("hex").slice(0, DIGITS);
}
