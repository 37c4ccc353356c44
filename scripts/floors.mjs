// `npm run floors`: prints the floors of scripts/floors/plan.mjs, and fails if an import violates them.
//
//   node scripts/floors.mjs [FOLDER]     FOLDER is the root of the project (default: this one)
import { cruise } from "dependency-cruiser";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { CIRCLE, cruiserRules, FLOORS, floorOf, folderOf } from "./floors/plan.mjs";

const ROOTS = ["main.ts", "constructs", "lib", "rehearsal", "scripts"];

/** Every file, with the files of the project that it imports; types count as much as values. */
async function readImports(root) {
  const { output } = await cruise(
    ROOTS.filter((name) => existsSync(join(root, name))),
    {
      baseDir: root,
      tsPreCompilationDeps: true,
      doNotFollow: { path: "node_modules" },
      exclude: { path: "(^|/)node_modules/|^rehearsal/app/" },
      validate: true,
      ruleSet: { forbidden: cruiserRules() },
    },
  );
  return output;
}

/** Each problem as a sentence with file, import and remedy. */
function findProblems({ modules, summary }) {
  const rules = new Map(summary.ruleSetUsed.forbidden.map(({ name, comment }) => [name, comment]));
  const ofProject = modules.filter(({ coreModule, couldNotResolve }) => !coreModule && !couldNotResolve);
  const homeless = ofProject
    .filter(({ source }) => folderOf(source) === undefined)
    .map(({ source }) => `${source} is on no floor. Give its folder one in scripts/floors/plan.mjs.`);
  const forbidden = summary.violations
    .filter(({ rule }) => rule.name !== CIRCLE)
    .map(({ from, to, rule }) => `${from} imports ${to}: ${rules.get(rule.name)}.`);
  return [...homeless, ...forbidden, ...circles(summary.violations, ofProject)];
}

/** A circle once, however many of its folders it was found from, with an import for each of its steps. */
function circles(violations, modules) {
  const found = new Map();
  for (const { rule, cycle } of violations) {
    if (rule.name !== CIRCLE) continue;
    const folders = cycle.map(({ name }) => name);
    // From each folder the same circle is found: it ends with the one whose name comes first.
    const [first] = [...folders].sort();
    while (folders.at(-1) !== first) folders.push(folders.shift());
    found.set(folders.join(" "), folders);
  }
  return [...found.values()].map((folders) => {
    const steps = folders.map((to, index) => {
      const from = folders.at(index - 1);
      return `  ${anImport(modules, from, to)}`;
    });
    const names = [folders.at(-1), ...folders].join(" -> ");
    return `a circle of folders, ${names}:\n${steps.join("\n")}\n  Move what both need to one of the two, or to a floor below.`;
  });
}

function anImport(modules, from, to) {
  for (const { source, dependencies } of modules) {
    if (!source.startsWith(`${from}/`)) continue;
    const one = dependencies.find(({ resolved }) => resolved.startsWith(`${to}/`));
    if (one) return `${source} imports ${one.resolved}`;
  }
  return `${from} imports ${to}`;
}

/** One line a floor: how many imports of other folders its files have, and its folders. The tests are not read. */
function table(modules) {
  const counts = FLOORS.map(() => 0);
  for (const { source, dependencies } of modules) {
    const folder = folderOf(source);
    if (folder === undefined) continue;
    counts[floorOf(folder)] += dependencies.filter(({ resolved }) => {
      const other = folderOf(resolved);
      return other !== undefined && other !== folder;
    }).length;
  }
  const width = Math.max(...FLOORS.map(({ name }) => name.length));
  return FLOORS.map(
    ({ name, folders }, index) =>
      `${name.padEnd(width)} ${String(counts[index]).padStart(5)} imports of ${folders.map(shown).join(" ")}`,
  ).join("\n");
}

const shown = (folder) => folder.replace(/^constructs\/(?=.)/, "");

const output = await readImports(resolve(process.argv[2] ?? join(import.meta.dirname, "..")));
console.log(table(output.modules));
const problems = findProblems(output);
if (problems.length > 0) {
  console.error(`\n${problems.join("\n")}`);
  process.exitCode = 1;
} else {
  console.log("no import upwards, no circle between folders");
}
