import { numberOutOfRange } from "../errors";
import { Naming } from "../naming";

/** The deployment document's (9.2), and what the images that this project builds have. */
export const DEFAULT_SERVICE_UID = 1001;

/**
 * Numbers for people and for programs that the host's administrator has added; below are the system's own, above are those that systemd gives
 * away. Source: Debian Policy 9.2.2, "UID and GID classes".
 */
const LEAST = 1000;
const MOST = 59_999;

/** @throws ConfigurationError if no account may have the number */
export function checkedServiceUid(uid: number = DEFAULT_SERVICE_UID): number {
  if (!Number.isInteger(uid) || uid < LEAST || uid > MOST) {
    throw numberOutOfRange(
      "serviceUid",
      uid,
      `a whole number from ${LEAST} to ${MOST} that no login of the VM has, such as 10001`,
    );
  }
  return uid;
}

/** Name of the account without a login that a deployment makes on the VM, so that no login gets the id later on. */
export const serviceAccount = (uid: number = DEFAULT_SERVICE_UID): string => `${Naming.project}-${uid}`;

/** As Docker writes a user; the group has the same number. */
export const userOf = (uid: number): string => `${uid}:${uid}`;
