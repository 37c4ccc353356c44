import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { run } from "../lib/run";
import { temporaryFolder } from "./support/temporary-folder";

const ROOT = join(__dirname, "..");

/** A project of these files; each imports these others. */
function project(files: Readonly<Record<string, readonly string[]>>): string {
  const root = temporaryFolder();
  for (const [path, imports] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    const lines = imports.map((specifier) => `import type { Thing } from "${specifier}";\n`);
    writeFileSync(join(root, path), `${lines.join("")}export interface Thing {}\n`);
  }
  return root;
}

const check = async (files: Readonly<Record<string, readonly string[]>>) =>
  run(["node", join(ROOT, "scripts/floors.mjs"), project(files)], { allowFailure: true });

test("imports downwards, and one way between the folders of a floor, are good", async () => {
  const { code, stdout, stderr } = await check({
    "constructs/errors.ts": [],
    "constructs/values/port.ts": ["../errors"],
    "constructs/network/network.ts": ["../values/port"],
    "lib/run.ts": [],
    "scripts/release/cli.ts": ["../../lib/run", "../../constructs/values/port"],
    "rehearsal/cli.ts": ["../lib/run"],
    "scripts/bench/bench.ts": ["../../rehearsal/cli"],
  });
  expect(stderr).toBe("");
  expect(code).toBe(0);
  expect(stdout).toMatch(/^values, configuration, network +2 imports of values configuration network$/m);
  expect(stdout).toContain("no import upwards, no circle between folders\n");
}, 60_000);

test("an import that breaks the floors is named, with its remedy", async () => {
  const { code, stderr } = await check({
    "constructs/errors.ts": ["./values/port"],
    "constructs/values/port.ts": ["../configuration/variables", "../release/record"],
    "constructs/configuration/variables.ts": [],
    "constructs/configuration/rules.ts": ["../values/port"],
    "constructs/release/record.ts": [],
    "constructs/attic/box.ts": [],
    "lib/run.ts": ["../constructs/release/record"],
    "rehearsal/cli.ts": ["../scripts/release/cli"],
    "scripts/release/cli.ts": ["../../rehearsal/host/host"],
    "rehearsal/host/host.ts": [],
  });
  expect(code).toBe(1);
  const move = "Move what both need to a floor below, or let the caller hand it in.";
  expect(stderr.trim().split("\n").sort()).toEqual(
    [
      "constructs/attic/box.ts is on no floor. Give its folder one in scripts/floors/plan.mjs.",
      `constructs/errors.ts imports constructs/values/port.ts: "values, configuration, network" is above "ground". ${move}`,
      `constructs/values/port.ts imports constructs/release/record.ts: "release" is above "values, configuration, network". ${move}`,
      'lib/run.ts imports constructs/release/record.ts: of what is below, "lib" imports constructs only. Let the caller hand it in, or move the importing file to its callers.',
      "rehearsal/cli.ts imports scripts/release/cli.ts: rehearsal/ does not import scripts/. Move what both need to lib/.",
      "scripts/release/cli.ts imports rehearsal/host/host.ts: scripts/ does not import rehearsal/. Move what both need to lib/.",
      "a circle of folders, constructs/configuration -> constructs/values -> constructs/configuration:",
      "  constructs/configuration/rules.ts imports constructs/values/port.ts",
      "  constructs/values/port.ts imports constructs/configuration/variables.ts",
      "  Move what both need to one of the two, or to a floor below.",
    ].sort(),
  );
}, 60_000);

test("ESLint refuses the same imports while one types, and allows the others", async () => {
  const refused = [
    ["constructs/values/a.ts", "../release/record"],
    ["constructs/errors.ts", "./values/port"],
    ["lib/run.ts", "../scripts/dev/cli"],
    ["lib/plugins/docker/main.ts", "../../../constructs/api/migration"],
    ["scripts/restore/cli.ts", "../../rehearsal/smoke"],
    ["scripts/dev.mjs", "../rehearsal/host/host"],
    ["rehearsal/host/host.ts", "../../scripts/release/terraform"],
  ];
  const allowed = [
    ["constructs/release/a.ts", "../values/port"],
    ["constructs/values/a.ts", "../errors"],
    ["lib/plugins/docker/main.ts", "../../../constructs/errors"],
    ["scripts/restore/cli.ts", "../release/terraform"],
    ["scripts/bench/bench.ts", "../../rehearsal/smoke"],
  ];
  expect(await refusedByEslint([...refused, ...allowed])).toEqual(refused);
}, 60_000);

/** Of pairs of a file and an import, those that the rules of the floors refuse. */
async function refusedByEslint(imports: readonly (readonly string[])[]): Promise<unknown> {
  // The rules of the floors alone: the whole configuration would read the types of every file.
  const program = `
    import { Linter } from "eslint";
    import { eslintBlocks } from "./scripts/floors/plan.mjs";
    const configuration = [{ files: ["**/*.ts", "**/*.mjs"] }, ...eslintBlocks()];
    const refused = ${JSON.stringify(imports)}.filter(
      ([filename, specifier]) => new Linter().verify(\`import "\${specifier}";\`, configuration, { filename }).length > 0,
    );
    process.stdout.write(JSON.stringify(refused));
  `;
  const { stdout } = await run(["node", "--input-type=module", "--eval", program], { cwd: ROOT });
  return JSON.parse(stdout);
}
