import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { HOST_ROOT_OUTPUT } from "../../constructs/ssh/host-layout";
import { Workspace } from "../../lib/terraform/workspace";
import { production } from "../support/stacks";
import { temporaryFolder } from "../support/temporary-folder";

/** A folder of a deployment with this as its synthesised stack. */
function workspaceWith(stack: string): Workspace {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "cdktf.json"), "{}");
  const workspace = Workspace.containing(folder, "prod");
  mkdirSync(workspace.stackFolder, { recursive: true });
  writeFileSync(workspace.stackFile, stack);
  return workspace;
}

describe("the folder of everything on the VM", () => {
  test.each([
    [undefined, "/opt/emaintenance"],
    ["/srv/em", "/srv/em"],
  ])("with the prop %p is %s for the workstation's commands", async (hostRoot, expected) => {
    expect(await workspaceWith(JSON.stringify(production({ hostRoot }))).output(HOST_ROOT_OUTPUT)).toBe(
      expected,
    );
  });

  test("of a stack that says none is an error, not the default", async () => {
    await expect(workspaceWith("{}").output(HOST_ROOT_OUTPUT)).rejects.toThrow(
      /has no output host_root that is a text/,
    );
  });
});
