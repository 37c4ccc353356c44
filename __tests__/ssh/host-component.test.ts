import { HostComponent } from "../../constructs/ssh/host-component";
import { laidFiles, script, scriptLines } from "../support/stack-json";
import { TestStack } from "../support/test-stack";

function made(
  props: { apply?: string; remove?: string; files?: Record<string, string>; enabled?: boolean } = {},
) {
  const stack = new TestStack();
  const { connection, layout } = stack;
  new HostComponent(stack, "night-watch", {
    connection,
    layout,
    files: { crontab: "* * * * * root true" },
    apply: "install crontab",
    remove: "rm crontab",
    ...props,
  });
  const json = stack.synthesise();
  return { apply: script(json, "night_watch"), removal: script(json, "night_watch_removal") };
}

describe("a host component", () => {
  const { apply, removal } = made();
  const staging = /STAGING='([^']+)'/.exec(scriptLines(apply).join("\n"))?.[1] ?? "";

  test("finds its files, and how it is taken away, in a folder of its own", () => {
    expect(staging).toMatch(/^\/opt\/emaintenance\/.*night-watch$/);
    expect(laidFiles(apply)).toEqual({
      [`${staging}/crontab`]: "* * * * * root true",
      [`${staging}/remove.sh`]: "rm crontab",
    });
  });

  test.each([
    ["a file", { files: { crontab: "changed" } }],
    ["the script that applies it", { apply: "changed" }],
    ["the script that takes it away", { remove: "changed" }],
  ])("is put in place again when %s has changed, and is not taken away for it", (_what, change) => {
    const changed = made(change);

    expect(changed.apply.triggers).not.toEqual(apply.triggers);
    expect(changed.removal.triggers).toEqual(removal.triggers);
  });

  test("is put in place again, too, when another way to the host has taken it away", () => {
    expect(apply.triggers.removal).toBe("${null_resource.night_watch_removal.id}");
    expect(removal.triggers).toMatchObject({ user: "${var.SSH_USER}", host_key: "${local.host_key}" });
    expect(JSON.stringify(removal)).not.toContain("null_resource.night_watch.");
  });

  test("is removed by its own script when it is disabled, with what the resource itself knows", () => {
    expect(removal.provisioner).toEqual([
      {
        "local-exec": expect.objectContaining({
          when: "destroy",
          environment: expect.objectContaining({
            SSH_HOST: "${self.triggers.host}",
            SSH_SCRIPT:
              '[ ! -e "${self.triggers.script}" ] || exec bash "${self.triggers.script}" < /dev/null',
          }) as object,
        }) as object,
      },
    ]);
    expect(removal.triggers.script).toBe(`${staging}/remove.sh`);
    expect(JSON.stringify(removal.provisioner)).not.toContain("var.");
  });

  test("that is disabled stays in the configuration, with no instance, so that it is removed", () => {
    const off = made({ enabled: false });

    expect([off.apply, off.removal]).toEqual([
      expect.objectContaining({ count: 0 }),
      expect.objectContaining({ count: 0 }),
    ]);
    expect(off.apply.triggers).not.toHaveProperty("removal");
  });
});
