import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { run, type RunResult } from "../../../lib/run";
import { temporaryFolder } from "../../support/temporary-folder";

const PLANT = join(__dirname, "../../support/plant-files.sh");

/** The user that the services run as. */
const SERVICE = 1001;

/**
 * Where the scripts of a test work: whatever executes something that was planted leaves a file there, and whatever takes a
 * name for a path of root removes one.
 */
export class HostileWorkplace {
  readonly folder = temporaryFolder();
  /** Files of root next to it that must stay as they are. */
  private readonly precious = join(this.folder, "precious");

  constructor() {
    chmodSync(this.folder, 0o777);
    writeFileSync(this.precious, "stays");
  }

  /** What has happened that never may: empty where all is well. */
  get damage(): string[] {
    const found = readdirSync(this.folder).filter((name) => name !== "precious");
    return existsSync(this.precious) ? found : [...found, "precious is gone"];
  }

  /** Runs a program here, in the way a job of systemd is run but for the folder. */
  run(argv: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<RunResult> {
    return run(["env", "-C", this.folder, ...argv], { env, allowFailure: true, timeoutSeconds: 300 });
  }
}

/** Fills a folder as the user of the services; how many things were planted. */
export async function plantFiles(folder: string): Promise<number> {
  mkdirSync(folder, { recursive: true });
  // Folders of a test are closed to others than root; those of a host are not.
  for (let above = dirname(folder); above !== tmpdir(); above = dirname(above)) chmodSync(above, 0o755);
  chownSync(folder, SERVICE, SERVICE);
  const { stdout } = await run(
    [
      ...["setpriv", "--reuid", String(SERVICE), "--regid", String(SERVICE), "--clear-groups"],
      ...["bash", "-s", folder],
    ],
    { input: readFileSync(PLANT) },
  );
  return Number(stdout.trim());
}

/** A digest of everything in folders of root: names, owners, modes, sizes, targets and contents. */
export async function digestOf(...folders: readonly string[]): Promise<string> {
  const script = `find "$@" -xdev -printf '%p %y %U %G %m %l %T@\\0' 2> /dev/null | sort -z | sha256sum
    find "$@" -xdev -type f -print0 | sort -z | xargs -0 sha256sum | sha256sum`;
  return (await run(["bash", "-c", script, "bash", ...folders])).stdout;
}
