import { ensureEngine } from "../lib/engine";
import { ensureBaseImages } from "../lib/images/images";
import { which } from "../lib/run";

/**
 * What the tests need in addition to Node and Terraform: a Docker Engine that answers, shellcheck, jq, restic, and a browser.
 * Debian as root: installed. Elsewhere: a sentence. The base images are made here too, as two lanes would wait for them.
 */
async function prepare(): Promise<void> {
  if ((await which("terraform")) === undefined) {
    throw new Error("terraform is not on the PATH: install Terraform 1.11 or later, then run this again");
  }
  const say = (line: string) => console.log(line);
  const engine = await ensureEngine(say, {
    shellcheck: "shellcheck",
    jq: "jq",
    restic: "restic",
    chromium: "chromium",
  });
  console.log(`Docker Engine ${engine.version}${engine.startedHere ? ", started here" : ""}`);
  await ensureBaseImages(say);
}

prepare().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
