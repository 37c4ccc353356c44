import { join } from "node:path";
import { stateFile, statePath } from "../constructs/state-path";

test("the state of a stack lies next to cdktf.json, wherever that is", () => {
  const folder = "/anywhere";
  const workingDirectory = join(folder, "cdktf.out", "stacks", "prod");

  expect(join(workingDirectory, statePath("prod"))).toBe(join(folder, stateFile("prod")));
  expect(stateFile("prod")).toBe("terraform.prod.tfstate");
});
