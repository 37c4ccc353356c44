import { hostFolders } from "../../constructs/ssh/host-folders";
import { HostLayout } from "../../constructs/ssh/host-layout";
import { checkedServiceUid } from "../../constructs/values/service-uid";
import { container, containers, laidFiles, script, scriptLines } from "../support/stack-json";
import { production } from "../support/stacks";

describe("the user id of the services", () => {
  test("is 1001 by default", () => {
    expect(checkedServiceUid()).toBe(1001);
  });

  test.each([0, 999, 60_000, 1001.5, -1, NaN])("cannot be %d", (uid) => {
    expect(() => checkedServiceUid(uid)).toThrow(
      new Error(
        `serviceUid is ${uid}: expected a whole number from 1000 to 59999 that no login of the VM has, such as 10001`,
      ),
    );
  });
});

describe("another user id of the services reaches", () => {
  const stack = production({ serviceUid: 10_001 });
  const lines = (name: string) => scriptLines(script(stack, name)).join("\n");

  test("the programs, and their folders in memory", () => {
    const users = Object.values(containers(stack)).map(({ user }) => user);

    expect(users.filter((user) => user === "10001:10001")).toHaveLength(5);
    expect(JSON.stringify(stack)).not.toMatch(/[^0-9]1001[^0-9]/);
    expect(container(stack, "web").tmpfs["/app/.next/cache"]).toContain("uid=10001,gid=10001");
  });

  test("the folders of the host, from the first script to the last", () => {
    const written = hostFolders(new HostLayout()).filter(({ owner }) => owner === "services");

    for (const { path } of written) {
      expect(lines("directories")).toContain(`folder_of_services ${path} 10001 0750`);
    }
    expect(lines("deployment_end")).toContain(
      `export SERVICE_FOLDERS='${written.map(({ path }) => path).join(" ")}'`,
    );
    expect(lines("deployment_end")).toContain("export SERVICE_UID='10001'");
  });

  test("the preflight, the log rotation and the operator's command", () => {
    expect(lines("preflight")).toContain("export SERVICE_UID='10001'");
    const rotation = Object.keys(laidFiles(script(stack, "log_rotation")));
    expect(rotation.filter((path) => /logrotate-\d+/.test(path))).toEqual([
      expect.stringMatching(/logrotate-10001\.conf$/),
    ]);
    const operator = Object.values(laidFiles(script(stack, "operator_command"))).join("\n");
    expect(operator).toMatch(/data\/work-order-uploads[^0-9]*owner[^0-9]*10001/);
  });
});
