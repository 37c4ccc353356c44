import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { template } from "../../constructs/templates";
import { temporaryFolder } from "../support/temporary-folder";

/** Runs what makes the folder, in a home folder and with a folder that replaces /tmp. */
function prepare(home: string, left = temporaryFolder()) {
  const options = { cwd: home, input: template("ssh/script-folder.sh"), encoding: "utf8" } as const;
  return spawnSync("sh", ["-s"], { ...options, env: { PATH: process.env.PATH, LEFT_FOLDER: left } });
}

const mode = (path: string) => (statSync(path).mode & 0o7777).toString(8);

/** A file that was written ten minutes ago. */
function oldFile(path: string, text: string): string {
  writeFileSync(path, text);
  const then = new Date(Date.now() - 600_000);
  utimesSync(path, then, then);
  return path;
}

describe("the folder for scripts", () => {
  test("belongs to the login alone, also if it was open before", () => {
    const home = temporaryFolder();
    const folder = join(home, ".emaintenance/scripts");
    mkdirSync(folder, { recursive: true, mode: 0o755 });

    expect(prepare(home)).toMatchObject({ status: 0, stderr: "" });
    expect([mode(join(home, ".emaintenance")), mode(folder)]).toEqual(["700", "700"]);
    expect(readdirSync(folder)).toEqual([]);
    expect(prepare(temporaryFolder())).toMatchObject({ status: 0, stderr: "" });
  });

  test("loses what an interrupted deployment has left, and not what another one is about to run", () => {
    const home = temporaryFolder();
    prepare(home);
    const folder = join(home, ".emaintenance/scripts");
    oldFile(join(folder, "1.sh"), "echo");
    writeFileSync(join(folder, "2.sh"), "echo");

    expect(prepare(home).status).toBe(0);
    expect(readdirSync(folder)).toEqual(["2.sh"]);
  });

  test("is refused with a message if there is no home folder", () => {
    const home = temporaryFolder();
    writeFileSync(join(home, ".emaintenance"), "");

    const { status, stderr } = prepare(home);
    expect(stderr).toMatch(
      /scripts cannot be run from ~\w+\/\.emaintenance\/scripts on \S+: the folder cannot be made\. Expected a home folder .*, and deploy again\.$/m,
    );
    expect(status).toBe(1);
  });
});

describe("scripts that earlier versions have left in /tmp", () => {
  test("are removed; whatever else is there stays", () => {
    const left = temporaryFolder();
    const own = oldFile(join(left, "terraform_1041.sh"), "");
    const failed = oldFile(join(left, "terraform_7.sh"), "export STAGING='/opt/emaintenance/deploy'\n");
    const others = [
      oldFile(join(left, "terraform_8.sh"), "echo of another project\n"),
      oldFile(join(left, "terraform_9.sh.save"), ""),
      oldFile(join(left, "terraform_notes.sh"), ""),
      oldFile(join(left, "notes.sh"), "emaintenance"),
      join(left, "terraform_10.sh"),
    ];
    writeFileSync(join(left, "terraform_10.sh"), "");
    mkdirSync(join(left, "terraform_11.sh"));

    expect(prepare(temporaryFolder(), left)).toMatchObject({ status: 0, stderr: "" });

    expect([own, failed].filter((path) => existsSync(path))).toEqual([]);
    expect(others.filter((path) => !existsSync(path))).toEqual([]);
    expect(existsSync(join(left, "terraform_11.sh"))).toBe(true);
  });
});

describe("the file of a script", () => {
  const script = `#!/usr/bin/env bash\nset -euo pipefail\n${template("ssh/own-file.sh")}\n`;

  /** Lays a script down and runs it, as Terraform does. */
  function laid(text: string): { home: string; path: string } {
    const home = temporaryFolder();
    const path = ".emaintenance/scripts/1.sh";
    prepare(home);
    writeFileSync(join(home, path), script + text, { mode: 0o777 });
    return { home, path };
  }

  test("is gone while it runs, and the empty one that Terraform lays down in its place after it", () => {
    const { home, path } = laid('cd /; ls "$OLDPWD/.emaintenance/scripts"; wait\n');

    expect(execFileSync(path, { cwd: home, encoding: "utf8" })).toBe("");
    writeFileSync(join(home, path), "");
    execFileSync("sleep", ["1"]);
    expect(existsSync(join(home, path))).toBe(false);
  });

  test("is gone after a failure too, whose code it is", () => {
    const { home, path } = laid("exit 7\n");

    expect(spawnSync(path, { cwd: home }).status).toBe(7);
    expect(existsSync(join(home, path))).toBe(false);
  });
});
