import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { temporaryFolder } from "./temporary-folder";

/** Texts of files by path; an object is written as JSON. */
export type Files = Readonly<Record<string, string | object>>;

/** A folder with these files. It is gone after the last test of the file. */
export function folderOf(files: Files): string {
  const folder = temporaryFolder();
  writeFiles(folder, files);
  return folder;
}

export function writeFiles(folder: string, files: Files): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), typeof content === "string" ? content : JSON.stringify(content));
  }
}

const workspace = (name: string, dependencies: object = {}) => ({
  name: `@shop/${name}`,
  version: "1.0.0",
  dependencies,
});

/** A monorepo with two services and the web, of npm; `kit` is used by the services, `log` by the kit. */
export const MONOREPO: Files = {
  "package.json": { name: "shop", private: true, workspaces: ["packages/*", "apps/*"] },
  "package-lock.json": { name: "shop", lockfileVersion: 3, requires: true, packages: {} },
  "tsconfig.json": {},
  "README.md": "the shop",
  "packages/log/package.json": workspace("log"),
  "packages/log/index.js": "exports.log = console.log;",
  "packages/kit/package.json": workspace("kit", { "@shop/log": "1.0.0" }),
  "packages/kit/index.js": "exports.log = require('@shop/log').log;",
  "apps/user-service/package.json": workspace("user-service", { "@shop/kit": "1.0.0" }),
  "apps/user-service/src/server.js": "require('@shop/kit').log('users');",
  "apps/asset-service/package.json": workspace("asset-service", { "@shop/kit": "1.0.0" }),
  "apps/asset-service/src/server.js": "require('@shop/kit').log('assets');",
  "apps/web/package.json": workspace("web"),
  "apps/web/pages/index.js": "export default () => 'shop';",
};
