import { run } from "../../../lib/run";
import type { BackupSystem } from "./backup-system";
import { expectNothingLeft, makeLarge, startWithNotes } from "./failing-backups";

jest.setTimeout(1_800_000);
const START_MS = 900_000;

let system: BackupSystem;
beforeAll(async () => {
  system = await startWithNotes();
}, START_MS);
afterAll(() => system.remove());

/** Ends a process, or a group of them, that may have ended with another by now. */
function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has.
  }
}

describe("a backup that cannot be made leaves no half of it, and prints the reason", () => {
  beforeAll(async () => {
    await system.backup();
    await makeLarge(system);
  });
  // What failed before is not failing any more: the next failure raises an alert of its own.
  afterEach(() => system.well("backup"));

  test("pg_dump is killed", async () => {
    const before = system.entries;
    const { code, said } = await system.whileDumping((pgDump) => {
      process.kill(pgDump, "SIGKILL");
    });
    expect(code).toBe(1);
    expect(said).toMatch(/pg_dump failed/);
    await expectNothingLeft(system, before);
  });

  test("Docker starts no program in the container", async () => {
    const before = system.entries;
    const refuse = 'if [ "$1" = exec ]; then echo "OCI runtime exec failed: no such cgroup"; exit 126; fi';
    system.program("docker", `${refuse}\nPATH="\${PATH#*:}"; exec docker "$@"`);
    try {
      expect((await system.emaintenance("backup")).stderr).toMatch(
        /-postgres cannot be read: OCI runtime exec failed: no such cgroup/,
      );
    } finally {
      system.withoutProgram("docker");
    }
    await expectNothingLeft(system, before);
  });

  test("the container is stopped", async () => {
    const before = system.entries;
    const { code, said } = await system.whileDumping(async () => {
      await run(["docker", "stop", "--time", "1", system.container("postgres")]);
    });
    expect(code).toBe(1);
    expect(said).toMatch(/pg_dump failed|cannot be read/);
    expect((await system.emaintenance("backup")).stderr).toMatch(/is exited: expected it to run/);
    await run(["docker", "start", system.container("postgres")]);
    await system.healthy();
    await expectNothingLeft(system, before);
  });

  test("the login is refused", async () => {
    const before = system.entries;
    const [hba = "", data = ""] = (await system.sql("SHOW hba_file; SHOW data_directory")).split("\n");
    const reload = `kill -HUP $(head -n 1 ${data}/postmaster.pid)`;
    const exec = (line: string) => run(["docker", "exec", system.container("postgres"), "sh", "-c", line]);
    const refused = async () => (await system.emaintenance("backup")).stderr;
    await exec(`cp -p ${hba} /tmp/hba && sed -i '1i local all all reject' ${hba} && ${reload}`);
    try {
      await system.until("a refusal", async () => (await refused()).includes("rejects"));
      expect(await refused()).toMatch(/PostgreSQL refuses: .*pg_hba.conf rejects connection/);
    } finally {
      await exec(`cp -p /tmp/hba ${hba} && ${reload}`);
      await system.until("a login", () => system.sql("SELECT 1").then(Boolean, () => false));
    }
    await expectNothingLeft(system, before);
  });

  test("the backup itself is ended, as its time limit and a shutdown do", async () => {
    const before = system.entries;
    const { code, said } = await system.whileDumping(() => {
      for (const pid of system.processes("timeout")) process.kill(pid, "SIGTERM");
    });
    expect(code).toBe(1);
    expect(said).toMatch(/ended by a signal/);
    await expectNothingLeft(system, before);
  });

  test("the host goes down: all of it is killed, and the next backup sweeps what it left", async () => {
    const before = system.entries;
    await system.whileDumping((pgDump, backup) => {
      for (const pid of [-backup, ...system.processes(), pgDump]) kill(pid);
    });
    await system.until("the end of all of it", () => system.unlocked());
    const left = system.entries.filter((name) => name.startsWith("."));
    expect(left).toEqual([expect.stringMatching(/^\.partial\.db_/)]);
    expect((await system.backups()).map(({ set }) => set)).not.toContain(left[0]?.replace(".partial.", ""));

    expect(await system.well("backup")).toContain(`removed ${left[0]}, which was never finished`);
    expect(system.entries.filter((name) => name.startsWith("."))).toEqual([]);
    expect(system.entries.length).toBe(before.length + 1);
    expect(await system.leftovers()).toEqual([]);
  });

  test("another one is under way: it goes on, and the second says so", async () => {
    let second = { code: 0 as number | null, stderr: "" };
    const first = await system.whileDumping(async () => {
      second = await system.emaintenance("backup", "uploads");
    });
    expect(second).toMatchObject({
      code: 4,
      stderr: expect.stringMatching(/another backup is under way/) as string,
    });
    expect(first.code).toBe(0);
    expect(system.record("backup-database")).toMatchObject({ exitCode: 0 });
  });
});
