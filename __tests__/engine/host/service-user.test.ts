import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { renderTemplate, template } from "../../../constructs/templates";
import { run, type RunResult } from "../../../lib/run";
import { temporaryFolder } from "../../support/temporary-folder";
import { digestOf, plantFiles } from "../hostile/hostile-place";

jest.setTimeout(120_000);

const FORMER = 1001;
const LATTER = 10_001;

/** Folders of the services on this machine, which has no such accounts and gets none. */
class ServiceFolders {
  readonly root = temporaryFolder();
  readonly uploads = join(this.root, "uploads");
  private readonly programs = join(this.root, "programs");

  constructor() {
    mkdirSync(this.programs);
    for (let above = this.root; above !== tmpdir(); above = dirname(above)) chmodSync(above, 0o755);
    for (const name of ["useradd", "groupadd"])
      this.program(name, `echo "${name} $*" >> '${this.root}/accounts'`);
  }

  get accounts(): string {
    return readFileSync(join(this.root, "accounts"), "utf8");
  }

  program(name: string, body: string): void {
    writeFileSync(join(this.programs, name), `#!/bin/bash\n${body}\n`, { mode: 0o755 });
  }

  /** What the deployment does before the services start. */
  async before(uid: number): Promise<RunResult> {
    const folders = [{ path: this.uploads, owner: "services", mode: "0750" }];
    const account = `emaintenance-${uid}`;
    return this.run(renderTemplate("host/directories.sh.eta", { folders, uid, account }));
  }

  /** What it does once the former ones serve no longer. */
  async after(uid: number): Promise<RunResult> {
    this.program("docker", "echo /deployed");
    return this.run(template("rollout/end.sh"), {
      ...{ LOCK: join(this.root, "lock"), MARK: "1", MARK_NAME: "deployed" },
      ...{ SERVICE_UID: `${uid}`, SERVICE_FOLDERS: this.uploads },
    });
  }

  /** Whether a program of a service can do something with its files. */
  async can(uid: number, line: string): Promise<boolean> {
    const argv = ["setpriv", "--reuid", `${uid}`, "--regid", `${uid}`, "--clear-groups", "bash", "-c", line];
    return (await run(["env", "-C", this.uploads, ...argv], { allowFailure: true })).code === 0;
  }

  get owner(): string {
    const { uid, gid, mode } = statSync(this.uploads);
    return `${uid}:${gid} ${(mode & 0o7777).toString(8)}`;
  }

  private run(script: string, env: Readonly<Record<string, string>> = {}): Promise<RunResult> {
    return run(["bash", "-s"], {
      input: script,
      env: { PATH: `${this.programs}:${process.env.PATH}`, ...env },
      allowFailure: true,
    });
  }
}

describe("another user id of the services", () => {
  test("gets their files while the former services work on, and then has them alone", async () => {
    const folders = new ServiceFolders();
    await folders.before(FORMER);
    expect(folders.owner).toBe(`${FORMER}:${FORMER} 750`);
    await folders.can(
      FORMER,
      "mkdir -m 0700 a && umask 077 && echo one > a/one && chmod 0400 a/one && echo two > two",
    );

    expect(await folders.before(LATTER)).toMatchObject({ code: 0, stderr: "" });

    for (const uid of [FORMER, LATTER]) {
      expect(await folders.can(uid, "cat a/one two && echo more >> two")).toBe(true);
      expect(
        await folders.can(uid, `echo new > a/${uid} && echo new > new-${uid} && mv new-${uid} moved-${uid}`),
      ).toBe(true);
    }
    expect(await folders.can(1002, "ls")).toBe(false);

    // An interrupted deployment begins again.
    expect(await folders.before(LATTER)).toMatchObject({ code: 0, stderr: "" });
    expect(await folders.after(LATTER)).toMatchObject({ code: 0, stderr: "" });

    expect(folders.owner).toBe(`${LATTER}:${LATTER} 750`);
    expect(
      await folders.can(
        LATTER,
        `cat a/* two && rm a/${FORMER} moved-${FORMER} && test -z "$(find . ! -uid ${LATTER})"`,
      ),
    ).toBe(true);
    expect(await folders.can(FORMER, "ls")).toBe(false);
    expect((await folders.after(LATTER)).stdout).toBe("the deployment is complete\n");
    expect((await folders.before(LATTER)).stdout).toBe("folders are in place\n");
  });

  test("belongs to an account without a login, so that no person gets it", async () => {
    const folders = new ServiceFolders();
    await folders.before(LATTER);

    expect(folders.accounts).toMatch(
      /^groupadd --gid 10001 emaintenance-10001\nuseradd --uid 10001 .*--shell \/usr\/sbin\/nologin .*emaintenance-10001\n$/,
    );
  });

  test("gets nothing of root, whatever the services have laid into their folders", async () => {
    const folders = new ServiceFolders();
    const precious = temporaryFolder();
    writeFileSync(join(precious, "of-root"), "", { mode: 0o600 });
    await plantFiles(folders.uploads);
    await run(["ln", "-s", precious, join(folders.uploads, "link")]);
    await run(["ln", "-s", join(precious, "of-root"), join(folders.uploads, "link-to-file")]);
    const before = await digestOf(precious, "/etc/passwd", "/etc/shadow");

    expect((await folders.before(LATTER)).code).toBe(0);
    expect((await folders.after(LATTER)).code).toBe(0);

    expect(await digestOf(precious, "/etc/passwd", "/etc/shadow")).toBe(before);
    expect((await folders.before(LATTER)).code).toBe(0);
    expect(folders.owner).toBe(`${LATTER}:${LATTER} 750`);
    // Trees that are deeper than a path may be long are beyond Node.js.
    await run(["rm", "-rf", folders.uploads]);
  });
});
