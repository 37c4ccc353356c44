import { join } from "node:path";
import { ROOT } from "../../rehearsal/client";
import { diff } from "./support/rehearsal";

const changedSettings = `node --import tsx ${join(ROOT, "__tests__/e2e/apps/changed-settings.ts")}`;

describe("a changed health check", () => {
  test("shows as a replacement of its container, and never as an update in place", async () => {
    const { stdout } = await diff({ app: changedSettings });
    expect(stdout).toMatch(/docker_container\.asset_service .*must be\s+replaced/);
    expect(stdout).not.toMatch(/docker_container\.asset_service .*updated in-place/);
    expect(stdout).not.toMatch(/docker_container\.postgres .*must be\s+replaced/);
  });
});
