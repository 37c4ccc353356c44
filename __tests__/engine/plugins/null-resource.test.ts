import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Workspace } from "./support/workspace";

jest.setTimeout(120_000);

const workspace = new Workspace({
  provider: { disable_docker_daemon_check: true, host: "unix:///no/such/socket" },
});

function step(release: string) {
  const log = join(workspace.folder, "log");
  return {
    null_resource: {
      step: {
        triggers: { release },
        provisioner: [
          { "local-exec": { command: `echo up ${release} >> ${log}` } },
          { "local-exec": { when: "destroy", command: `echo down \${self.triggers.release} >> ${log}` } },
        ],
      },
    },
  };
}

const log = () => readFileSync(join(workspace.folder, "log"), "utf8").trim().split("\n");

beforeAll(async () => {
  await workspace.init(step("1"));
  await workspace.apply();
});
afterAll(() => workspace.close());

test("provisioners run when it is created", () => {
  expect(log()).toEqual(["up 1"]);
  expect(workspace.state("null_resource.step")?.id).toMatch(/^\d{1,20}$/);
});

test("it diffs clean, and a changed trigger replaces it", async () => {
  expect(await workspace.plan()).toEqual({});
  expect(await workspace.plan(step("2"))).toEqual({ "null_resource.step": "replace" });
  await workspace.apply();
  expect(log()).toEqual(["up 1", "down 1", "up 2"]);
});
