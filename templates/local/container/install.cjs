// Makes what is beside the source the developer's, and installs the packages as the developer. Docker makes new volumes for
// root; a package manager that ran as root would leave root's files in them, and in the source.
"use strict";
const { spawnSync } = require("node:child_process");
const { lstatSync } = require("node:fs");

const [uid, gid] = process.env.OWNER.split(":").map(Number);

for (const folder of JSON.parse(process.env.FOLDERS)) {
  const now = lstatSync(folder);
  if (now.uid !== uid || now.gid !== gid) run(["chown", "-R", `${uid}:${gid}`, folder]);
}
run(process.argv.slice(2), { uid, gid });

function run([program, ...words], user = {}) {
  const { status, signal, error } = spawnSync(program, words, { stdio: "inherit", ...user });
  if (status === 0) return;
  console.error(
    `${[program, ...words].join(" ")}: ${error ? error.message : (signal ?? `exit code ${status}`)}`,
  );
  process.exit(status || 1);
}
