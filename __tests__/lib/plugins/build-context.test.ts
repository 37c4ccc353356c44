import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { buildContext } from "../../../lib/plugins/docker/build-context";
import { run } from "../../../lib/run";
import { temporaryFolder } from "../../support/temporary-folder";

function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = temporaryFolder();
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

/** The files of the context, as tar lists them. */
async function filesOf(folder: string, dockerfile = "Dockerfile"): Promise<string[]> {
  const chunks: Buffer[] = [];
  for await (const chunk of await buildContext(folder, dockerfile)) chunks.push(chunk as Buffer);
  const { stdout } = await run(["tar", "-tv"], { input: Buffer.concat(chunks) });
  const files = stdout.split("\n").filter((line) => line.startsWith("-"));
  return files.map((line) => line.replace(/^.* /, "")).sort();
}

test("a folder goes whole to the engine", async () => {
  const folder = folderWith({ Dockerfile: "", "src/a.ts": "" });
  expect(await filesOf(folder)).toEqual(["Dockerfile", "src/a.ts"]);
});

test("without what .dockerignore excludes", async () => {
  const folder = folderWith({
    Dockerfile: "",
    ".dockerignore": "node_modules\n**/*.log\n",
    "node_modules/x": "",
    "a/b.log": "",
    "a/c": "",
  });
  expect(await filesOf(folder)).toEqual([".dockerignore", "Dockerfile", "a/c"]);
});

test("with the exceptions that lie in excluded folders", async () => {
  const folder = folderWith({
    Dockerfile: "",
    ".dockerignore": "*\n!keep/yes\n",
    "keep/yes": "",
    "keep/no": "",
    no: "",
  });
  expect(await filesOf(folder)).toEqual([".dockerignore", "Dockerfile", "keep/yes"]);
});

test("with the Dockerfile, wherever it lies", async () => {
  const folder = folderWith({
    "deploy/web/Dockerfile": "",
    ".dockerignore": "deploy\n",
    "deploy/other": "",
    a: "",
  });
  expect(await filesOf(folder, "deploy/web/Dockerfile")).toEqual([
    ".dockerignore",
    "a",
    "deploy/web/Dockerfile",
  ]);
});

test("a missing Dockerfile is named with its path", async () => {
  const folder = temporaryFolder();
  await expect(buildContext(folder, "Dockerfile.web")).rejects.toMatchObject({
    message: "failed to read dockerfile: open Dockerfile.web: no such file or directory",
    detail:
      `There is no file ${folder}/Dockerfile.web. Expected: a folder in "context", relative to Terraform's working ` +
      'directory, and a file in it that "dockerfile" names (Dockerfile, if it does not). Remedy: correct the two paths.',
  });
});

test("a Dockerfile outside of the context is refused", async () => {
  const folder = temporaryFolder();
  await expect(buildContext(folder, "../Dockerfile")).rejects.toThrow(
    `the Dockerfile ../Dockerfile lies outside of the build context ${folder}`,
  );
});
