import { copyFileSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { run } from "../lib/run";
import { temporaryFolder } from "./support/temporary-folder";

const REPOSITORY = dirname(__dirname);

/** Both stacks as `cdktf synth` makes them, in a folder of their own and with nothing in the environment. */
async function synthesised() {
  const folder = temporaryFolder();
  copyFileSync(join(REPOSITORY, "cdktf.json"), join(folder, "cdktf.json"));
  const foreign = Object.keys(process.env).map((name) => [name, undefined]);
  await run([join(REPOSITORY, "node_modules/.bin/tsx"), join(REPOSITORY, "main.ts")], {
    cwd: folder,
    env: {
      ...(Object.fromEntries(foreign) as object),
      PATH: process.env.PATH,
      CDKTF_OUTDIR: "cdktf.out",
    },
    timeoutSeconds: 60,
  });
  return folder;
}

describe("the synthesis", () => {
  let folder: string;
  const text = (stack: string) => readFileSync(join(folder, `cdktf.out/stacks/${stack}/cdk.tf.json`), "utf8");

  beforeAll(async () => {
    folder = await synthesised();
  }, 60_000);

  test.each(["prod", "local"])("makes %s without a variable, a secret or a path of this machine", (stack) => {
    expect(Object.keys(JSON.parse(text(stack)) as object)).toContain("resource");
    expect([REPOSITORY, folder].filter((path) => text(stack).includes(path))).toEqual([]);
  });

  test("closes what Terraform will write secrets into", () => {
    const modes = ["cdktf.out", "terraform.prod.tfstate", "terraform.local.tfstate.backup"].map((name) =>
      (statSync(join(folder, name)).mode & 0o777).toString(8),
    );

    expect(modes).toEqual(["700", "600", "600"]);
  });
});
