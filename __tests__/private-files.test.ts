import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { keepPrivate } from "../constructs/private-files";
import { temporaryFolder } from "./support/temporary-folder";

const mode = (path: string) => (statSync(path).mode & 0o777).toString(8);

describe("what holds secrets", () => {
  test("is there, empty and for its owner only, before Terraform writes into it", () => {
    // GIVEN
    const folder = temporaryFolder();

    // WHEN
    keepPrivate(folder, join(folder, "cdktf.out"), ["prod", "local"]);

    // THEN
    const states = readdirSync(folder).filter((name) => name.includes(".tfstate"));
    expect(states).toEqual([
      "terraform.local.tfstate",
      "terraform.local.tfstate.backup",
      "terraform.prod.tfstate",
      "terraform.prod.tfstate.backup",
    ]);
    for (const state of states) {
      expect(mode(join(folder, state))).toBe("600");
      expect(readFileSync(join(folder, state), "utf8")).toBe("");
    }
    expect(mode(join(folder, "cdktf.out"))).toBe("700");
  });

  test("keeps its content, and is closed to others when it was open", () => {
    // GIVEN
    const folder = temporaryFolder();
    const state = join(folder, "terraform.prod.tfstate");
    writeFileSync(state, '{"serial":7}', { mode: 0o644 });

    // WHEN
    keepPrivate(folder, join(folder, "cdktf.out"), ["prod"]);
    keepPrivate(folder, join(folder, "cdktf.out"), ["prod"]);

    // THEN
    expect(readFileSync(state, "utf8")).toBe('{"serial":7}');
    expect(mode(state)).toBe("600");
  });
});
