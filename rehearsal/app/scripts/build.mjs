// Bundles every service, with all that it needs, into single files: apps/<service>/dist/{server,migrate}.js.
// A bundle starts several times faster than a tree of modules, and the runtime image needs no node_modules.
import { cp, rm } from "node:fs/promises";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const apps = join(dirname(fileURLToPath(import.meta.url)), "..", "apps");

for (const service of ["user-service", "work-order-service", "asset-service"]) {
  const source = join(apps, service, "src");
  const dist = join(apps, service, "dist");
  await rm(dist, { recursive: true, force: true });
  await build({
    entryPoints: ["server.ts", "migrate.ts"]
      .map((file) => join(source, file))
      .filter((file) => existsSync(file)),
    outdir: dist,
    bundle: true,
    platform: "node",
    target: "node20",
    format: "cjs",
    minifySyntax: true,
    minifyWhitespace: true,
    sourcemap: true,
    sourcesContent: false,
    legalComments: "linked",
    // Optional natives that the libraries load if they are there; they are not.
    external: ["pg-native"],
    logLevel: "warning",
  });
  if (existsSync(join(source, "migrations")))
    await cp(join(source, "migrations"), join(dist, "migrations"), { recursive: true });
}
