import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(__dirname, "../..");

test("every program of jq has a test", () => {
  const programs = readdirSync(join(ROOT, "templates"), { recursive: true, encoding: "utf8" }).filter(
    (path) => path.endsWith(".jq"),
  );
  const tests = readdirSync(__dirname).filter((name) => name.endsWith(".test.ts"));
  const named = tests.map((name) => readFileSync(join(__dirname, name), "utf8")).join("");
  // Those of the operator are named without their folder, and the lines of `emaintenance status` by their last words.
  const known = (path: string): boolean => {
    const [, name] = /^operator\/lib\/jq\/(.*)$/.exec(path) ?? [];
    if (name === undefined) return named.includes(path);
    return named.includes(name) || named.includes(`lines("${name.slice("status-".length, -".jq".length)}"`);
  };

  expect(programs.length).toBeGreaterThan(60);
  expect(programs.filter((path) => !known(path))).toEqual([]);
});
