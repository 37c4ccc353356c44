// The floors of this project: the one place that says who may import whom. ESLint and scripts/floors.mjs both read it.
import { posix } from "node:path";

/**
 * @typedef {object} Floor
 * @property {string} name
 * @property {readonly string[]} folders each with what lies in it. A folder that is listed with its own subfolders means its files only
 * @property {boolean} [apart] whether its groups do not import each other: those that share their first folder are one
 * @property {readonly string[]} [only] the folders below that may be imported. Default: all
 */

const within = (folder, names) => names.map((name) => `${folder}/${name}`);

/**
 * From the top. A file imports from its own floor and from those below, never from one above. On one floor imports between two
 * folders run one way.
 *
 * @type {readonly Floor[]}
 */
export const FLOORS = [
  { name: "tests", folders: ["__tests__", ...within("scripts", ["bench", "check"])] },
  {
    name: "commands",
    folders: [
      "scripts",
      ...within("scripts", ["dev", "floors", "images", "release", "restore"]),
      "rehearsal",
      ...within("rehearsal", ["deployment", "host", "images", "traffic"]),
    ],
    apart: true,
  },
  {
    name: "lib",
    folders: ["lib", ...within("lib", ["images", "plugins", "terraform"])],
    only: ["constructs"],
  },
  { name: "app", folders: ["main.ts"] },
  ...[
    ["production"],
    ["release"],
    ["local", "operator"],
    ["system"],
    ["host"],
    ["web", "backup", "rollout"],
    ["api", "gateway", "data"],
    ["container", "jobs", "bootstrap"],
    ["images", "ssh"],
    ["values", "configuration", "network"],
    ["services"],
  ].map((rooms) => ({ name: rooms.join(", "), folders: within("constructs", rooms) })),
  // The files that lie in constructs/ itself: errors, naming, templates and what else depends on nothing.
  { name: "ground", folders: ["constructs"] },
];

const folders = FLOORS.flatMap((floor) => floor.folders);

/** The folder of the plan that a file belongs to; undefined if the plan has no place for it. */
export function folderOf(file) {
  const parts = file.split("/");
  const folder = parts.length === 1 ? file : parts.slice(0, Math.min(2, parts.length - 1)).join("/");
  if (folders.includes(folder)) return folder;
  return parts[0] === "__tests__" ? "__tests__" : undefined;
}

export const floorOf = (folder) => FLOORS.findIndex((floor) => floor.folders.includes(folder));

const firstFolder = (folder) => folder.split("/")[0];

/** The folders that a folder must not import, each with the reason. */
export function forbiddenTo(folder) {
  const own = floorOf(folder);
  const { name, apart, only } = FLOORS[own];
  return FLOORS.flatMap((floor, index) =>
    floor.folders.flatMap((target) => {
      if (index < own) {
        return [{ target, reason: `"${floor.name}" is above "${name}"`, remedy: UPWARDS }];
      }
      if (index === own && apart && firstFolder(target) !== firstFolder(folder)) {
        const [from, to] = [folder, target].map(firstFolder);
        return [{ target, reason: `${from}/ does not import ${to}/`, remedy: APART }];
      }
      if (index > own && only && !only.includes(target)) {
        return [
          { target, reason: `of what is below, "${name}" imports ${only.join(", ")} only`, remedy: ONLY },
        ];
      }
      return [];
    }),
  );
}

const UPWARDS = "Move what both need to a floor below, or let the caller hand it in";
const APART = "Move what both need to lib/";
const ONLY = "Let the caller hand it in, or move the importing file to its callers";

/** Regular expression for the files that belong to a folder of the plan. */
export function filesOf(folder) {
  const escaped = folder.replace(/\./g, "\\.");
  if (/\.\w+$/.test(folder)) return `^${escaped}$`;
  return folders.some((other) => other.startsWith(`${folder}/`)) ? `^${escaped}/[^/]+$` : `^${escaped}/`;
}

/** The rules of dependency-cruiser: one for each folder and each folder that it must not import, and one against circles. */
export function cruiserRules() {
  const forbidden = folders.flatMap((folder) =>
    forbiddenTo(folder).map(({ target, reason, remedy }) => ({
      name: `${folder} -> ${target}`,
      comment: `${reason}. ${remedy}`,
      severity: "error",
      from: { path: filesOf(folder) },
      to: { path: filesOf(target) },
    })),
  );
  const circle = { name: CIRCLE, severity: "error", scope: "folder", from: {}, to: { circular: true } };
  return [...forbidden, circle];
}

export const CIRCLE = "circle";

/** Blocks of an ESLint configuration: the same rules, for an editor, by what an import is written like. */
export function eslintBlocks() {
  return folders
    .filter((folder) => forbiddenTo(folder).length > 0)
    .map((folder) => {
      const isFile = /\.\w+$/.test(folder);
      const hasOwnFilesOnly = folders.some((other) => other.startsWith(`${folder}/`));
      const patterns = forbiddenTo(folder).map(({ target, reason, remedy }) => ({
        regex: specifierOf(isFile ? "." : folder, target),
        message: `${reason}. ${remedy}; see scripts/floors/plan.mjs.`,
      }));
      return {
        files: [isFile ? folder : hasOwnFilesOnly ? `${folder}/*.{ts,mjs}` : `${folder}/**/*.{ts,mjs}`],
        rules: { "no-restricted-imports": ["error", { patterns }] },
      };
    });
}

/** What an import of `target` looks like in a file of `folder`, or of a folder in it. */
function specifierOf(folder, target) {
  const path = posix.relative(folder, target).replace(/\.ts$/, "");
  const ups = path.split("/").filter((part) => part === "..").length;
  const names = path.split("/").slice(ups).join("/");
  const start = ups === 0 ? "^\\./" : `^(?:\\.\\./){${ups},}`;
  const ownFiles = folders.some((other) => other.startsWith(`${target}/`));
  return `${start}${names}${/\.\w+$/.test(target) ? "$" : ownFiles ? "/[^/]+$" : "/"}`;
}
