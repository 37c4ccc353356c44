import { existsSync, readdirSync } from "node:fs";
import { join, posix } from "node:path";
import { PnpmTool, YarnTool, type Package } from "@manypkg/tools";

/** What one service of a monorepo is made of; paths are relative to the root. */
export interface WorkspaceFiles {
  /** Manifests, lock file and settings in the root. */
  readonly rootFiles: readonly string[];
  /** The manifest of every workspace: the lock file knows all of them. */
  readonly manifests: readonly string[];
  /** Folders of the workspaces that the service depends on, and its own as the last: each after what it depends on. */
  readonly folders: readonly string[];
}

/** Files of a root by which packages are installed and compiled. */
const ROOT_FILE =
  /^(package\.json|package-lock\.json|npm-shrinkwrap\.json|\.npmrc|yarn\.lock|\.yarnrc(\.yml)?|pnpm-lock\.yaml|pnpm-workspace\.yaml|turbo\.json|nx\.json|tsconfig[\w.-]*\.json)$/;

/**
 * Reads a monorepo's manifests, of npm, yarn or pnpm.
 *
 * @param folder the service's, relative to the root
 * @returns undefined if the root has no workspaces, "not a workspace" if the folder is not one of them
 */
export function workspaceFiles(root: string, folder: string): WorkspaceFiles | "not a workspace" | undefined {
  // npm and yarn declare workspaces in the same way.
  const tool = [PnpmTool, YarnTool].find((one) => one.isMonorepoRootSync(root));
  if (tool === undefined) return undefined;
  const packages = new Map(tool.getPackagesSync(root).packages.map((one) => [toPosix(one.relativeDir), one]));
  if (!packages.has(folder)) return "not a workspace";

  const byName = new Map([...packages].map(([path, one]) => [one.packageJson.name, path]));
  const folders = new Set<string>();
  const entered = new Set<string>();
  const add = (path: string) => {
    if (entered.has(path)) return;
    entered.add(path);
    dependencies(packages.get(path)!)
      .map((name) => byName.get(name))
      .forEach((needed) => needed !== undefined && add(needed));
    folders.add(path);
  };
  add(folder);

  const all = [...packages.keys()].sort();
  return {
    rootFiles: rootFiles(root),
    manifests: all.map((path) => posix.join(path, "package.json")),
    folders: [...folders],
  };
}

/** What the root of any package has for installing and compiling it. */
export function rootFiles(root: string): string[] {
  return readdirSync(root)
    .filter((name) => ROOT_FILE.test(name) && existsSync(join(root, name)))
    .sort();
}

function dependencies({ packageJson }: Package): string[] {
  const { dependencies, devDependencies, optionalDependencies, peerDependencies } = packageJson;
  return Object.keys({
    ...peerDependencies,
    ...optionalDependencies,
    ...devDependencies,
    ...dependencies,
  }).sort();
}

const toPosix = (path: string) => path.replace(/\\/g, "/");
