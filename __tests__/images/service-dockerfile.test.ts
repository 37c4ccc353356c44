import { readFileSync } from "node:fs";
import { App, TerraformStack } from "cdktf";
import { join } from "node:path";
import type { BuildSource } from "../../constructs/images/build-source";
import { ImageBuild } from "../../constructs/images/image-build";
import { templateOf } from "../support/declared";
import { folderOf, MONOREPO } from "../support/monorepo";
import { TestStack } from "../support/test-stack";

/** The Dockerfile as it is sent. */
function dockerfile(service: string, source: Partial<BuildSource> = {}): string {
  const stack = new TestStack();
  const image = new ImageBuild(stack, service, {
    service,
    template: templateOf(service),
    source: { context: folderOf(MONOREPO), ...source },
  });
  const { outdir, manifest } = App.of(stack);
  const folder = join(outdir, manifest.forStack(TerraformStack.of(stack)).workingDirectory);
  const text = readFileSync(join(folder, image.block.context, "Dockerfile.emaintenance"), "utf8");
  return text.replace(/version="[0-9a-f]{12}"/, 'version="DIGEST"');
}

describe("the Dockerfile of a service whose team has none of its own", () => {
  test("installs by the lock file, builds, prunes, and runs as 1001", () => {
    expect(dockerfile("user-service")).toMatchSnapshot();
  });

  test("has only the output in it if that needs nothing else", () => {
    const source = { include: ["README.md"], build: "node build.mjs", output: "out", bundled: true };
    expect(dockerfile("asset-service", source)).toMatchSnapshot();
  });

  test("runs no script of a package, but those that are named", () => {
    const lines = (source: Partial<BuildSource>) =>
      dockerfile("user-service", source)
        .split("\n")
        .filter((line) => /^RUN npm (ci|rebuild|prune)/.test(line));

    expect(lines({}).map((line) => line.split(" --no-audit")[0])).toEqual([
      "RUN npm ci --ignore-scripts",
      "RUN npm prune --omit=dev --ignore-scripts",
    ]);
    expect(lines({ installScripts: ["sharp", "bcrypt"] })[1]).toMatch(
      /^RUN npm rebuild --ignore-scripts=false .* bcrypt sharp$/,
    );
  });

  test("makes a standalone server of the web", () => {
    expect(
      dockerfile("web", { args: { NEXT_PUBLIC_API_URL: "http://203.0.113.10:3030" } }),
    ).toMatchSnapshot();
  });
});
