// Plain Node: it runs before any package is there.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const LEAST_NODE = 20;

/** Installs the packages of the lock file, unless exactly those are installed already. Ends the program when it cannot. */
export function ensureNodePackages(root) {
  const [major] = process.versions.node.split(".");
  if (Number(major) < LEAST_NODE) {
    console.error(
      `Node ${process.versions.node} is too old. Expected Node ${LEAST_NODE} or later; see .nvmrc.`,
    );
    process.exit(1);
  }
  const stamp = join(root, "node_modules", ".installed-lock");
  const digest = createHash("sha256")
    .update(readFileSync(join(root, "package-lock.json")))
    .digest("hex");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === digest) return;

  console.log("installing the Node packages of package-lock.json (npm ci)");
  const { status } = spawnSync("npm", ["ci", "--no-fund", "--no-audit"], {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
  });
  if (status !== 0) {
    console.error(
      "npm ci failed: its reason is above. Expected a reachable package registry; check `npm config get registry`.",
    );
    process.exit(1);
  }
  writeFileSync(stamp, digest);
}
