import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { repairTornState } from "../constructs/torn-state";
import { temporaryFolder } from "./support/temporary-folder";

const STATE = '{"version":4,"serial":7,"lineage":"a"}';
const LATER = '{"version":4,"serial":9,"lineage":"a"}';

interface Files {
  readonly state: string;
  readonly backup?: string;
  /** What a Terraform leaves that was killed. */
  readonly lock?: boolean;
}

function folderWith({ state, backup = "", lock = true }: Files): string {
  const folder = temporaryFolder();
  const file = join(folder, "terraform.prod.tfstate");
  writeFileSync(file, state);
  writeFileSync(`${file}.backup`, backup);
  if (lock) writeFileSync(join(folder, ".terraform.prod.tfstate.lock.info"), "{}");
  return file;
}

describe("a state over which Terraform was killed", () => {
  test.each([
    ["empty", ""],
    ["half", STATE.slice(0, 20)],
  ])("is what it was before that run, if it is %s", (_, state) => {
    const file = folderWith({ state, backup: STATE });

    expect(repairTornState(file)).toBe(true);
    expect(readFileSync(file, "utf8")).toBe(STATE);
  });

  test("stays if it is whole", () => {
    const file = folderWith({ state: LATER, backup: STATE });

    expect(repairTornState(file)).toBe(false);
    expect(readFileSync(file, "utf8")).toBe(LATER);
  });

  test("stays empty if nothing was known before", () => {
    expect(repairTornState(folderWith({ state: "" }))).toBe(false);
  });
});

test("an empty state stays empty if no Terraform has died over it", () => {
  const file = folderWith({ state: "", backup: STATE, lock: false });

  expect(repairTornState(file)).toBe(false);
  expect(readFileSync(file, "utf8")).toBe("");
});
