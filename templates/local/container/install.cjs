// Makes what is next to the source the developer's, and installs the packages as the developer, unless exactly those are there.
// Docker makes new volumes for root; a package manager that ran as root would leave root's files in them, and in the source.
"use strict";
const { spawnSync } = require("node:child_process");
const { chownSync, existsSync, lstatSync, readFileSync, rmSync, writeFileSync } = require("node:fs");
const { join } = require("node:path");

const [uid, gid] = process.env.OWNER.split(":").map(Number);
const command = process.argv.slice(2);

// In each folder, for each is a volume, which the developer may have removed.
const stamps = JSON.parse(process.env.MODULE_FOLDERS).map((folder) =>
  join(folder, ".emaintenance-installed"),
);
const content = JSON.stringify([process.env.LOCK_DIGEST, process.version, command]);

for (const folder of JSON.parse(process.env.FOLDERS)) {
  const now = lstatSync(folder);
  if (now.uid !== uid || now.gid !== gid) run(["chown", "-R", `${uid}:${gid}`, folder]);
}

if (stamps.every((stamp) => existsSync(stamp) && readFileSync(stamp, "utf8") === content)) {
  console.log("the packages of the lock file are installed already");
} else {
  // Not after it: an installation that is broken off must leave none.
  for (const stamp of stamps) rmSync(stamp, { force: true });
  run(command, { uid, gid });
  for (const stamp of stamps) {
    writeFileSync(stamp, content);
    chownSync(stamp, uid, gid);
  }
}

function run([program, ...words], user = {}) {
  const { status, signal, error } = spawnSync(program, words, { stdio: "inherit", ...user });
  if (status === 0) return;
  console.error(
    `${[program, ...words].join(" ")}: ${error ? error.message : (signal ?? `exit code ${status}`)}`,
  );
  process.exit(status || 1);
}
