import { readFileSync } from "node:fs";
import { join } from "node:path";

/** As much of a lock file of npm as says which packages bring scripts that run when they are installed. */
interface LockFile {
  readonly packages?: Readonly<
    Record<string, { readonly hasInstallScript?: boolean; readonly os?: readonly string[] }>
  >;
}

/** npm reads the first of them that is there. */
const LOCK_FILES = ["npm-shrinkwrap.json", "package-lock.json"];

/** Names of the packages in a lock file that have install scripts and are installed on Linux, sorted. */
export function packagesWithScripts(root: string, files: readonly string[]): string[] {
  const name = LOCK_FILES.find((one) => files.includes(one));
  if (name === undefined) return [];
  const { packages = {} } = JSON.parse(readFileSync(join(root, name), "utf8")) as LockFile;
  const found = Object.entries(packages)
    .filter(
      ([path, { hasInstallScript, os }]) => path.includes("node_modules/") && hasInstallScript && onLinux(os),
    )
    .map(([path]) => path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length));
  return [...new Set(found)].sort();
}

/** npm's field `os`: names that are meant, or with `!` those that are not. */
function onLinux(os: readonly string[] = []): boolean {
  const meant = os.filter((one) => !one.startsWith("!"));
  return !os.includes("!linux") && (meant.length === 0 || meant.includes("linux"));
}
