import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { forgetDeployment, holdsForeignDeployment } from "../../../rehearsal/deployment/working-directory";
import { temporaryFolder } from "../../support/temporary-folder";

const folderWith = (files: Record<string, string>): string => {
  const folder = temporaryFolder();
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
};
const state = JSON.stringify({ version: 4, resources: [{ type: "docker_network" }] });
const emptyState = JSON.stringify({ version: 4, resources: [] });

describe("a folder with the operator's own deployment", () => {
  test.each<[string, Record<string, string>]>([
    ["values", { "terraform.tfvars": "" }],
    ["values in JSON", { "terraform.tfvars.json": "{}" }],
    ["values under another name", { "team.auto.tfvars": "" }],
    ["values next to a rehearsal's", { "team.auto.tfvars.json": "{}", "rehearsal.auto.tfvars.json": "{}" }],
    ["a state", { "terraform.prod.tfstate": state }],
  ])("is recognised by %s", async (_, files) => {
    expect(await holdsForeignDeployment(folderWith(files))).toBe(true);
  });

  test.each<[string, Record<string, string>]>([
    ["nothing", {}],
    ["an example of values", { "terraform.tfvars.example": "" }],
    ["the empty file that a synthesis makes", { "terraform.prod.tfstate": "" }],
    ["the state of something that was destroyed", { "terraform.prod.tfstate": emptyState }],
    ["the state of another stack", { "terraform.local.tfstate": state }],
    ["a rehearsal's state", { "terraform.prod.tfstate": state, "rehearsal.auto.tfvars.json": "{}" }],
  ])("is not recognised by %s", async (_, files) => {
    expect(await holdsForeignDeployment(folderWith(files))).toBe(false);
  });
});

test("forgetting removes state and secrets of the rehearsal, and nothing else", async () => {
  const folder = folderWith({
    "terraform.prod.tfstate": state,
    "terraform.prod.tfstate.backup": state,
    "rehearsal.auto.tfvars.json": "{}",
    "terraform.local.tfstate": state,
    "terraform.tfvars.example": "",
  });
  await forgetDeployment(folder);
  expect(readdirSync(folder).sort()).toEqual(["terraform.local.tfstate", "terraform.tfvars.example"]);
});
