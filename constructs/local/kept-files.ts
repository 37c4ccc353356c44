import { createHash } from "node:crypto";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Under the folder of a development system: what its containers mount, in addition to the source. */
export const KEPT_FOLDER = "containers";

/** Programs in containers read them as whoever they are; there is no secret in them. */
const READABLE_FOLDER = 0o755;
const READABLE_FILE = 0o644;

/**
 * Files that containers mount as long as they run. They do not lie in the output folder: each synthesis, also that of
 * `cdktf diff prod`, makes that folder again, and containers that run would be left with a folder that is gone.
 */
export class KeptFiles {
  /** @param folder the development system's own, absolute */
  constructor(private readonly folder: string) {}

  /**
   * Writes a folder with these files, whose name says what is in it: other content is another folder.
   *
   * @returns its path under the development system's folder
   */
  keep(name: string, files: Readonly<Record<string, string>>): string {
    const digest = createHash("sha256").update(JSON.stringify(files)).digest("hex").slice(0, 12);
    const path = join(KEPT_FOLDER, `${name}-${digest}`);
    const folder = join(this.folder, path);
    mkdirSync(folder, { recursive: true });
    chmodSync(folder, READABLE_FOLDER);
    for (const [file, text] of Object.entries(files)) {
      writeFileSync(join(folder, file), text);
      chmodSync(join(folder, file), READABLE_FILE);
    }
    return path;
  }
}
