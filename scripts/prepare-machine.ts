import { ensureEngine } from "../rehearsal/engine";
import { which } from "../rehearsal/run";

/**
 * What the tests need beside Node and Terraform: a Docker Engine that answers, shellcheck, restic, and a browser.
 * Debian as root: installed. Elsewhere: a sentence.
 */
async function prepare(): Promise<void> {
  if ((await which("terraform")) === undefined) {
    throw new Error("terraform is not on the PATH: install Terraform 1.11 or later, then run this again");
  }
  const engine = await ensureEngine((line) => console.log(line), {
    shellcheck: "shellcheck",
    restic: "restic",
    chromium: "chromium",
  });
  console.log(`Docker Engine ${engine.version}${engine.startedHere ? ", started here" : ""}`);
}

prepare().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
