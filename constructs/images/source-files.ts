import { existsSync, lstatSync, readdirSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import ignore from "@balena/dockerignore";
import { template } from "../templates";

/** A file that goes into a build. */
export interface SourceFile {
  /** Relative to the context, with slashes. */
  readonly path: string;
  readonly kind: "file" | "executable" | "link";
  readonly bytes: number;
}

/** One of the paths is not there. */
export class PathMissing extends Error {
  constructor(readonly path: string) {
    super(`there is no ${path}`);
  }
}

/**
 * The files below some paths of a folder, each once, sorted, without what the ignore lists leave out: that of the project,
 * the folder's own .dockerignore, and the patterns given, in this order. Sockets and the like are left out.
 *
 * @param paths relative to the root; "." is all of it
 * @throws PathMissing
 */
export function sourceFiles(
  root: string,
  paths: readonly string[],
  patterns: readonly string[],
): SourceFile[] {
  const isIgnored = ignoreRules(root, patterns);
  const found = new Map<string, SourceFile>();
  const walk = (path: string) => {
    const stat = lstatSync(join(root, path));
    if (stat.isDirectory()) {
      if (isIgnored(path, "folder")) return;
      readdirSync(join(root, path)).forEach((name) => walk(posix.join(path, name)));
    } else if ((stat.isFile() || stat.isSymbolicLink()) && !isIgnored(path, "file")) {
      const runs = (stat.mode & 0o100) !== 0;
      const kind = stat.isSymbolicLink() ? "link" : runs ? "executable" : "file";
      found.set(path, { path, kind, bytes: stat.size });
    }
  };
  for (const path of paths) {
    if (!existsSync(join(root, path))) throw new PathMissing(path);
    walk(path);
  }
  return [...found.values()].sort((one, other) => (one.path < other.path ? -1 : 1));
}

function ignoreRules(root: string, patterns: readonly string[]) {
  const file = join(root, ".dockerignore");
  const own = existsSync(file) ? readFileSync(file, "utf8") : "";
  const rules = ignore({ ignorecase: false })
    .add(template("images/dockerignore"))
    .add(own)
    .add([...patterns]);
  // An exception may lie in an ignored folder, so that every folder has to be entered.
  const hasExceptions = /^\s*!/m.test([own, ...patterns].join("\n"));
  return (path: string, what: "file" | "folder") =>
    path !== "." && rules.ignores(path) && !(what === "folder" && hasExceptions);
}
