import { complaintsInWords, PreflightHost } from "../../../support/preflight-host";

/** A host that has accounts and groups, as lines of getent by number. */
function hostWith(accounts: Readonly<Record<string, string>>): PreflightHost {
  const cases = Object.entries(accounts).map(([asked, line]) => `'${asked}') echo '${line}' ;;`);
  return new PreflightHost().program(
    "getent",
    `case "$*" in hosts*) ;; ${cases.join(" ")} *) exit 2 ;; esac`,
  );
}

const refusal = (who: string, free: number) =>
  `error service user: the ${who} of vm1 has the id 1001, under which the services run, and can read their secrets and files. ` +
  "Expected an id that nobody else has. " +
  `Set serviceUid: ${free} for the stack in main.ts: the deployment takes the services' files with it. ` +
  `Or give that ${who} another id, if it needs none of the services' files.`;

describe("the user id of the services", () => {
  test("is refused if it is a login's, with one that is free", async () => {
    const bob = { "passwd 1001": "bob:x:1001:1001::/home/bob:/bin/bash", "group 1001": "bob:x:1001:" };

    expect(await complaintsInWords(hostWith(bob))).toEqual([refusal("login bob", 10_001)]);
    const more = { ...bob, "passwd 10001": "a:x:10001:100::/:/bin/sh", "group 10002": "b:x:10002:" };
    expect(await complaintsInWords(hostWith(more))).toEqual([refusal("login bob", 10_003)]);
  });

  test("is refused if it is that of a group, whose members can read the files", async () => {
    const group = { "group 1001": "staff2:x:1001:ann,bob" };

    expect(await complaintsInWords(hostWith(group))).toEqual([refusal("group staff2", 10_001)]);
  });

  test("is taken if no account has it, or only the account that a deployment has made for it", async () => {
    const own = {
      "passwd 1001": "emaintenance-1001:x:1001:1001::/nonexistent:/usr/sbin/nologin",
      "group 1001": "emaintenance-1001:x:1001:",
    };

    expect(await complaintsInWords(hostWith({}))).toEqual([]);
    expect(await complaintsInWords(hostWith(own))).toEqual([]);
  });

  test("is the one that the stack says", async () => {
    const bob = { "passwd 1001": "bob:x:1001:1001::/home/bob:/bin/bash" };
    const other = { SERVICE_UID: "10001", SERVICE_ACCOUNT: "emaintenance-10001" };

    expect(await complaintsInWords(hostWith(bob), other)).toEqual([]);
  });
});
