import { rmSync } from "node:fs";
import { join } from "node:path";
import { workspaceFiles } from "../../constructs/images/workspaces";
import { folderOf, MONOREPO, writeFiles } from "../support/monorepo";

describe("what a service of a monorepo is made of", () => {
  test("is its folder, after the workspaces that it depends on, with the manifests of all", () => {
    expect(workspaceFiles(folderOf(MONOREPO), "apps/user-service")).toEqual({
      rootFiles: ["package-lock.json", "package.json", "tsconfig.json"],
      manifests: [
        "apps/asset-service/package.json",
        "apps/user-service/package.json",
        "apps/web/package.json",
        "packages/kit/package.json",
        "packages/log/package.json",
      ],
      folders: ["packages/log", "packages/kit", "apps/user-service"],
    });
  });

  test("ends if workspaces depend on each other", () => {
    const root = folderOf(MONOREPO);
    writeFiles(root, {
      "packages/log/package.json": {
        name: "@shop/log",
        version: "1.0.0",
        devDependencies: { "@shop/kit": "*" },
      },
    });

    expect(workspaceFiles(root, "apps/user-service")).toMatchObject({
      folders: ["packages/log", "packages/kit", "apps/user-service"],
    });
  });

  test("is found with pnpm too", () => {
    const root = folderOf({
      ...MONOREPO,
      "package.json": { name: "shop" },
      "pnpm-workspace.yaml": "packages:\n  - packages/*\n  - apps/*\n",
      "pnpm-lock.yaml": "lockfileVersion: 9.0\n",
    });
    rmSync(join(root, "package-lock.json"));

    expect(workspaceFiles(root, "apps/web")).toMatchObject({
      rootFiles: ["package.json", "pnpm-lock.yaml", "pnpm-workspace.yaml", "tsconfig.json"],
      folders: ["apps/web"],
    });
  });

  test("is nothing if the folder is no workspace", () => {
    expect(workspaceFiles(folderOf(MONOREPO), "apps/shop")).toBe("not a workspace");
  });

  test("is not known if there are no workspaces", () => {
    expect(workspaceFiles(folderOf({ "package.json": { name: "alone" } }), "apps/web")).toBeUndefined();
    expect(workspaceFiles(folderOf({ "README.md": "" }), "apps/web")).toBeUndefined();
  });
});
