import { HostLayout } from "../../constructs/ssh/host-layout";
import { production } from "../support/stacks";

describe("the folders of the host", () => {
  test("lie where the deployment document has them", () => {
    const layout = new HostLayout();

    expect([
      layout.root,
      layout.data("postgres"),
      layout.logs("nginx"),
      layout.deploy("nginx"),
      layout.backups,
    ]).toEqual([
      "/opt/emaintenance",
      "/opt/emaintenance/data/postgres",
      "/opt/emaintenance/logs/nginx",
      "/opt/emaintenance/deploy/Server/nginx",
      "/opt/emaintenance/backups",
    ]);
  });

  test("may all lie elsewhere", () => {
    const stack = production({ hostRoot: "/srv/emaintenance" });

    expect(JSON.stringify(stack)).toContain("/srv/emaintenance/data/postgres");
    expect(JSON.stringify(stack)).not.toContain("/opt/emaintenance");
  });
});

describe("a folder that cannot hold the system is refused", () => {
  test.each([
    "",
    "/",
    "opt/emaintenance",
    "/opt/../etc",
    "/opt/e maintenance",
    "/opt/e'",
    "/opt/x/",
    "/opt/$x",
  ])("%j", (root) => {
    expect(() => new HostLayout(root)).toThrow(
      new Error(
        `hostRoot is ${JSON.stringify(root)}: expected an absolute path of letters, digits, "-", ".", "_" and "/", ` +
          `without ".." and without "/" at the end, such as /opt/emaintenance`,
      ),
    );
  });
});
