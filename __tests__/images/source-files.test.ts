import { chmodSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { sourceFiles } from "../../constructs/images/source-files";
import { folderOf } from "../support/monorepo";

const paths = (root: string, wanted: readonly string[] = ["."], ignore: readonly string[] = []) =>
  sourceFiles(root, wanted, ignore).map(({ path }) => path);

describe("the files of a build", () => {
  test("are all of a folder, but for what no build needs and no image may have", () => {
    const root = folderOf({
      "src/server.js": "",
      "src/uploads/store.js": "",
      "dist/server.js": "",
      "node_modules/x/index.js": "",
      "apps/web/.next/cache": "",
      "apps/web/node_modules/x/index.js": "",
      "apps/web/.env.local": "",
      "apps/api/uploads/photo.jpg": "",
      ".env": "",
      ".git/config": "",
      "keys/id_rsa": "",
      "keys/tls.key": "",
      "prod.tfvars": "",
      "terraform.prod.tfstate": "",
      "uploads/photo.jpg": "",
      "npm-debug.log": "",
    });

    expect(paths(root)).toEqual(["src/server.js", "src/uploads/store.js"]);
  });

  test("are fewer by the folder's own .dockerignore, which may bring something back, and by patterns", () => {
    const root = folderOf({
      ".dockerignore": "*.md\n!.env.example\n!dist/keep.js\n",
      "README.md": "",
      "docs/guide.md": "",
      ".env.example": "",
      "dist/keep.js": "",
      "dist/drop.js": "",
      "test/one.js": "",
    });

    expect(paths(root, ["."], ["test"])).toEqual([".env.example", "dist/keep.js", "docs/guide.md"]);
  });

  test("are those of some paths, each once, in the same order on every machine", () => {
    const root = folderOf({ "b/2": "", "b/10": "", "a/1": "", "c/1": "" });

    expect(paths(root, ["b", "b/2", "a"])).toEqual(["a/1", "b/10", "b/2"]);
  });

  test("keep what they are: a program, a link", () => {
    const root = folderOf({ run: "#!/bin/sh" });
    chmodSync(join(root, "run"), 0o755);
    symlinkSync("run", join(root, "link"));

    expect(sourceFiles(root, ["."], [])).toEqual([
      { path: "link", kind: "link", bytes: 3 },
      { path: "run", kind: "executable", bytes: 9 },
    ]);
  });

  test("must be there", () => {
    expect(() => paths(folderOf({ a: "" }), ["b"])).toThrow(new Error("there is no b"));
  });
});
