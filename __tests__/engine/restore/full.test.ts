import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import S3Server from "@20minutes/s3rver";
import { run, waitFor } from "../../../lib/run";
import { SFTP_FOLDER, SFTP_LOGIN, startSftpMachine } from "../../support/sftp-machine";
import { temporaryFolder } from "../../support/temporary-folder";
import { RestoredSystem } from "./restored-system";

jest.setTimeout(600_000);

/** The first test on a machine builds the images. */
const START_MS = 900_000;

const WITHOUT = "--without-safety-dump";

let system: RestoredSystem;
let access: string;
let server: string;
let backup: string;

const file = (name: string) => join(system.root, "data", name);
const offHost = (...args: readonly string[]) => system.emaintenance(["off-host", ...args]);

/** A machine with sshd, and nothing else: where copies go. */
async function startServer(publicKey: string): Promise<string> {
  const name = `${system.operated.prefix}-copies`;
  await startSftpMachine(name, publicKey);
  const { stdout } = await run(["docker", "inspect", "--format", "{{.NetworkSettings.IPAddress}}", name]);
  return stdout.trim();
}

beforeAll(async () => {
  const folder = temporaryFolder();
  system = await RestoredSystem.start(folder);
  access = `/etc/${system.operated.prefix}/off-host`;
  mkdirSync(access, { recursive: true, mode: 0o700 });
  await run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", join(access, "ssh_key")]);
  server = await startServer(readFileSync(join(access, "ssh_key.pub"), "utf8"));
  await waitFor("the SFTP server's keys", 60, async () => {
    const { stdout } = await run(["ssh-keyscan", server], { allowFailure: true });
    writeFileSync(join(access, "known_hosts"), stdout);
    return stdout.includes("ssh-ed25519");
  });
  const repository = `RESTIC_REPOSITORY=sftp:${SFTP_LOGIN}@${server}:${SFTP_FOLDER}/emaintenance`;
  writeFileSync(join(access, "environment"), `${repository}\nAWS_ACCESS_KEY_ID=\nOFF_HOST_KEEP=30 8 12\n`);
  writeFileSync(join(access, "password"), "only-for-a-test-17");

  writeFileSync(file("work-order-uploads/photo.jpg"), "a photo");
  writeFileSync(file("asset-uploads/manual.pdf"), "a manual");
  await system.redis("SET", "session", "mine");
  await system.sql(
    "CREATE ROLE reader LOGIN PASSWORD 'of-the-reader'; GRANT SELECT ON work_orders TO reader",
    "emaintenance",
  );
  backup = await system.backUp("full");
}, START_MS);

afterAll(async () => {
  rmSync(`/etc/${system.operated.prefix}`, { recursive: true, force: true });
  rmSync(`/var/cache/${system.operated.prefix}`, { recursive: true, force: true });
  await system.remove();
});

describe("emaintenance off-host", () => {
  test("copies every backup, once", async () => {
    const first = await offHost("copy");
    expect({ code: first.code, stderr: first.stderr }).toEqual({ code: 0, stderr: "" });
    expect(first.stdout).toMatch(/^made the repository sftp:.*\ncopied 1 backups to sftp:/);
    expect((await offHost("copy")).stdout).toBe("every backup is copied\n");

    const { stdout } = await offHost("list", "--json");
    expect(JSON.parse(stdout)).toMatchObject([{ set: backup, kind: "full" }]);
  });

  test("brings a backup back as it was, and reads the copies back", async () => {
    const manifest = readFileSync(system.backupFile(backup, "manifest.json"), "utf8");
    rmSync(join(system.root, "backups", backup), { recursive: true });

    const { code, stdout } = await offHost("fetch");
    expect(stdout).toContain(`${backup}: fetched and whole`);
    expect(code).toBe(0);
    expect(readFileSync(system.backupFile(backup, "manifest.json"), "utf8")).toBe(manifest);
    expect((await offHost("check")).stdout).toBe("the copies can be read back; 1 are kept\n");
  });

  test("keeps copies in S3 storage as well", async () => {
    // GIVEN another place, with keys
    const sftp = readFileSync(join(access, "environment"));
    const store = new S3Server({
      ...{ address: "127.0.0.1", port: 0, directory: temporaryFolder(), silent: true },
      // Its arithmetic of signatures is not AWS's for what restic asks first.
      allowMismatchedSignatures: true,
    });
    const { port } = await store.run();
    const repository = `RESTIC_REPOSITORY=s3:http://127.0.0.1:${port}/copies`;
    const keys = "AWS_ACCESS_KEY_ID=S3RVER\nAWS_SECRET_ACCESS_KEY=S3RVER";
    writeFileSync(join(access, "environment"), `${repository}\n${keys}\nOFF_HOST_KEEP=30 8 12\n`);
    try {
      const manifest = readFileSync(system.backupFile(backup, "manifest.json"), "utf8");
      expect((await offHost("copy")).stdout).toMatch(/^made the repository s3:.*\ncopied 1 backups to s3:/);
      rmSync(join(system.root, "backups", backup), { recursive: true });

      // THEN
      expect((await offHost("fetch")).stdout).toContain(`${backup}: fetched and whole`);
      expect(readFileSync(system.backupFile(backup, "manifest.json"), "utf8")).toBe(manifest);
      expect((await offHost("check")).stdout).toBe("the copies can be read back; 1 are kept\n");
    } finally {
      writeFileSync(join(access, "environment"), sftp);
      await store.close();
    }
    expect((await offHost("list")).code).toBe(0);
  });

  test("says so if the password is another, and if the server shows another key", async () => {
    const good = readFileSync(join(access, "known_hosts"));
    writeFileSync(join(access, "known_hosts"), "");
    const unknown = await offHost("list");
    writeFileSync(join(access, "known_hosts"), good);
    writeFileSync(join(access, "password"), "another-than-that-18");
    const wrong = await offHost("list");
    writeFileSync(join(access, "password"), "only-for-a-test-17");

    expect(unknown.stderr).toMatch(/cannot be opened: Host key verification failed/);
    expect(wrong.stderr).toMatch(/cannot be opened: .*wrong password or no key found/);
    expect([unknown.code, wrong.code]).toEqual([1, 1]);
  });

  test("leaves a backup that is made meanwhile to the next copy", async () => {
    // GIVEN a restic during whose work another backup is made
    const first = await system.backUp("full");
    const later = "full_20990101_000000";
    const [from, to] = [first, later].map((name) => join(system.root, "backups", name));
    const programs = temporaryFolder();
    const restic = `#!/bin/bash
      if [[ " $* " == *" backup "* ]] && [ ! -e '${to}' ]; then
        cp -a '${from}' '${to}.new' && sed -i 's/${first}/${later}/' '${to}.new/manifest.json' && mv '${to}.new' '${to}'
      fi
      exec /usr/bin/restic "$@"`;
    writeFileSync(join(programs, "restic"), restic, { mode: 0o755 });

    const copied = await system.emaintenance(["off-host", "copy"], {
      env: { PATH: `${programs}:${process.env.PATH}` },
    });
    const next = await offHost("copy");
    for (const name of [first, later]) rmSync(join(system.root, "backups", name), { recursive: true });

    expect(copied.stdout).toMatch(/^copied 1 backups to /);
    expect(next.stdout).toMatch(/^copied 1 backups to /);
  });
});

describe("emaintenance restore uploads", () => {
  test("puts back what is missing or different, and leaves what is new", async () => {
    rmSync(file("work-order-uploads/photo.jpg"));
    writeFileSync(file("asset-uploads/manual.pdf"), "torn");
    writeFileSync(file("asset-uploads/new.pdf"), "after the backup");

    const { code } = await system.restore("uploads", "--yes");

    expect(code).toBe(0);
    expect(readFileSync(file("work-order-uploads/photo.jpg"), "utf8")).toBe("a photo");
    expect(readFileSync(file("asset-uploads/manual.pdf"), "utf8")).toBe("a manual");
    expect(readFileSync(file("asset-uploads/new.pdf"), "utf8")).toBe("after the backup");
    expect(await system.redis("GET", "session")).toBe("mine");
  });

  test("killed while the folders change places, it is undone by --recover", async () => {
    rmSync(file("work-order-uploads/photo.jpg"));
    expect((await system.restoreKilled("before", "complete", "uploads", "--yes")).code).toBe(137);
    expect(existsSync(file("work-order-uploads/photo.jpg"))).toBe(true);

    expect((await system.restore("--recover")).code).toBe(0);
    expect(existsSync(file("work-order-uploads/photo.jpg"))).toBe(false);
    expect(await system.leftovers()).toEqual([]);
  });
});

describe("emaintenance restore service", () => {
  const web = () => system.operated.container("web");

  test("restarts it, and says what does help if that does not", async () => {
    expect((await system.restore("service", "web")).code).toBe(0);
    expect(system.audit.at(-1)).toMatchObject({ what: "restore service", set: "web", result: "restored" });

    const unknown = await system.restore("service", "database");
    expect(unknown.code).toBe(2);
    expect(unknown.stderr).toContain('there is no service "database". Expected one of postgres redis');
  });

  test("with --recreate takes its container away for the next deploy, and keeps the log", async () => {
    const { code, stdout } = await system.restore("service", "web", "--recreate", "--yes");
    expect(code).toBe(0);
    expect(stdout.trimEnd().split("\n").at(-1)).toBe("Now, on the workstation: npx cdktf deploy prod");
    const [, log = ""] = /its log is (.*)/.exec(stdout) ?? [];
    expect(readFileSync(log, "utf8")).toContain("web listens");
    expect((await run(["docker", "inspect", web()], { allowFailure: true })).code).toBe(1);
    await system.operated.startService("web");
    await system.operated.healthy("web");
  });
});

describe("emaintenance restore full", () => {
  test("brings back roles, database, files and sessions, and leaves passwords that are here", async () => {
    const own = "SELECT rolpassword FROM pg_authid WHERE rolname = 'postgres'";
    await system.sql("DROP DATABASE emaintenance WITH (FORCE)", "postgres");
    await system.sql("DROP ROLE reader; ALTER ROLE postgres PASSWORD 'of-the-new-host'", "postgres");
    const password = await system.sql(own, "postgres");
    await system.redis("SET", "session", "another");

    const { code, stderr } = await system.restore("full", "--yes");

    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(await system.rows()).toBe("5000 1000");
    expect(await system.sql("SELECT has_table_privilege('reader', 'work_orders', 'SELECT')")).toBe("t");
    expect(await system.sql(own, "postgres")).toBe(password);
    expect(await system.redis("GET", "session")).toBe("mine");
    expect(existsSync(file("work-order-uploads/photo.jpg"))).toBe(true);
    expect(await system.leftovers()).toEqual([]);
  });

  test.each(["before", "after"] as const)(
    "killed %s it wrote down what Redis had, --recover leaves the sessions of now",
    async (when) => {
      await system.redis("SET", "session", `of now, ${when}`);
      const { code } = await system.restoreKilled(when, "redisHad", "full", backup, "--yes", WITHOUT);
      expect(code).toBe(137);

      expect((await system.restore("--recover")).code).toBe(0);
      expect(await system.redis("GET", "session")).toBe(`of now, ${when}`);
      expect(await system.leftovers()).toEqual([]);
    },
  );

  test("killed when all was done, it is finished by --recover, and written down as restored", async () => {
    expect((await system.restoreKilled("after", "complete", "full", backup, "--yes", WITHOUT)).code).toBe(
      137,
    );
    expect((await system.restore("--recover")).code).toBe(0);

    expect(await system.redis("GET", "session")).toBe("mine");
    expect(await system.leftovers()).toEqual([]);
    expect(system.audit.at(-1)).toMatchObject({ what: "restore full", set: backup, result: "restored" });
  });
});
