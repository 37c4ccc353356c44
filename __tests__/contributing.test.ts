import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { repository } from "../lib/paths";

const text = (path: string) => readFileSync(join(repository, path), "utf8");

/** Rows of the table in CONTRIBUTING.md: section of the deployment document, line, file. */
const ROWS = [
  ...text("CONTRIBUTING.md").matchAll(/^\| (\d+\.\d+) +\| (.+?) +\| \[(.+?)\]\((.+?)\) +\|$/gm),
].map(([, section = "", line = "", shown = "", path = ""]) => ({ section, line, shown, path }));

const SECTIONS = ["docs/deployment-document.md", "docs/deployment-document.en.md"].map((document) => ({
  document,
  sections: [...text(document).matchAll(/^#+ (\d+(?:\.\d+)?)\.? /gm)].map(([, section]) => section),
}));

describe("where a line of the deployment document lives", () => {
  test("is told for twenty lines", () => expect(ROWS).toHaveLength(20));

  test.each(ROWS)("$section, $line: $path", ({ section, shown, path }) => {
    expect(existsSync(join(repository, path))).toBe(true);
    expect(shown).toBe(path);
    for (const { document, sections } of SECTIONS)
      expect([document, sections]).toEqual([document, expect.arrayContaining([section])]);
  });

  test("has the same sections in both languages", () => {
    expect(SECTIONS[1]?.sections).toEqual(SECTIONS[0]?.sections);
  });
});
