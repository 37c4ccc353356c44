import { spawnSync } from "node:child_process";

/**
 * The git commit that a folder's files are of, with "-modified" where some of them are not committed.
 *
 * @returns undefined if the folder is under no version control, or git is not installed
 */
export function sourceRevision(folder: string): string | undefined {
  const git = (...argv: string[]) =>
    spawnSync("git", ["-C", folder, ...argv], { encoding: "utf8", timeout: 10_000 });
  const head = git("rev-parse", "HEAD");
  if (head.status !== 0) return undefined;
  const changes = git("status", "--porcelain", "--", ".");
  return `${head.stdout.trim()}${changes.status === 0 && changes.stdout.trim() === "" ? "" : "-modified"}`;
}
