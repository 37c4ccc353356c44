import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Workspace } from "../../lib/terraform/workspace";
import {
  endProgress,
  readProgress,
  retireState,
  stateOfLostHost,
  writeProgress,
} from "../../scripts/restore/progress";
import { temporaryFolder } from "../support/temporary-folder";

const NOW = new Date("2026-01-31T12:34:56.789Z");

function workspace(files: Readonly<Record<string, string>>): Workspace {
  const folder = temporaryFolder();
  for (const [name, text] of Object.entries({ "cdktf.json": "{}", ...files })) {
    writeFileSync(join(folder, name), text);
  }
  return Workspace.containing(folder, "prod");
}

test("what Terraform knows of the lost host gets a name with the date; an empty file does not count", async () => {
  const here = workspace({ "terraform.prod.tfstate": "prod", "terraform.bootstrap.tfstate": "" });
  const aside = await stateOfLostHost(here, ["bootstrap", "prod"], NOW);

  expect(aside).toEqual([["terraform.prod.tfstate", "terraform.prod.tfstate.lost-20260131T123456Z"]]);
  await retireState(here, aside);
  expect(readdirSync(here.directory).sort()).toEqual([
    "cdktf.json",
    "terraform.bootstrap.tfstate",
    "terraform.prod.tfstate",
    "terraform.prod.tfstate.lost-20260131T123456Z",
  ]);
});

test("the state of the new host will be its owner's alone, whose mode Terraform keeps", async () => {
  const here = workspace({ "terraform.prod.tfstate": "lost" });
  await retireState(here, await stateOfLostHost(here, ["prod"], NOW));

  const file = join(here.directory, "terraform.prod.tfstate");
  expect(readFileSync(file, "utf8")).toBe("");
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

test("a second run leaves the new host's state where it is, and the lost one's too", async () => {
  const here = workspace({ "terraform.prod.tfstate": "lost" });
  const aside = await stateOfLostHost(here, ["prod"], NOW);
  await retireState(here, aside);
  writeFileSync(join(here.directory, "terraform.prod.tfstate"), "new");
  await retireState(here, aside);

  const text = (name: string) => readFileSync(join(here.directory, name), "utf8");
  expect(text("terraform.prod.tfstate")).toBe("new");
  expect(text("terraform.prod.tfstate.lost-20260131T123456Z")).toBe("lost");
});

test("what has begun is remembered for its owner only, until it has ended", async () => {
  const here = workspace({});
  const progress = { machine: "m", address: "a", set: "s", later: [], began: NOW.toISOString(), aside: [] };
  expect(await readProgress(here)).toBeUndefined();
  await writeProgress(here, progress);

  expect(await readProgress(here)).toEqual(progress);
  const file = join(here.directory, ".restore.prod.json");
  expect(statSync(file).mode & 0o777).toBe(0o600);
  await endProgress(here);
  expect(existsSync(file)).toBe(false);
});
