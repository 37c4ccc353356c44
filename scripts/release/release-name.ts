import { run } from "../../lib/run";

/**
 * The git commit of a folder, with `-dirty` where tracked files differ from it.
 * @throws Error if there is none
 */
export async function releaseName(folder: string): Promise<string> {
  const git = async (...argv: string[]) => run(["git", ...argv], { cwd: folder, allowFailure: true });
  const commit = await git("rev-parse", "--short=12", "HEAD");
  if (commit.code !== 0) {
    throw new Error(`${folder} has no git commit to name the release after: name it with --release ID`);
  }
  const changes = await git("status", "--porcelain", "--untracked-files=no");
  return commit.stdout.trim() + (changes.stdout.trim() === "" ? "" : "-dirty");
}
