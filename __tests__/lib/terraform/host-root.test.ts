import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Workspace } from "../../../lib/terraform/workspace";
import { production } from "../../support/stacks";
import { temporaryFolder } from "../../support/temporary-folder";

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
    expect(await workspaceWith(JSON.stringify(production({ hostRoot }))).hostRoot()).toBe(expected);
  });

  test("of a stack without one is an error, not the default", async () => {
    await expect(workspaceWith("{}").hostRoot()).rejects.toThrow(
      /has no output host_root: expected the folder/,
    );
  });
});
