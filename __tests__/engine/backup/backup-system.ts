import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type BackupRules, describeBackup } from "../../../constructs/backup/backup-rules";
import type { HostLayout } from "../../../constructs/ssh/host-layout";
import { run, type RunOptions, type RunResult, waitFor } from "../../../lib/run";
import type { Alert, RunRecord } from "../../support/job-host";
import { removeContainers } from "../../support/remove-containers";
import { temporaryFolder } from "../../support/temporary-folder";
import { OperatedSystem, type OperatedSystemChanges } from "../host/operated-system";

/** What `emaintenance backups --json` says of a backup. */
export interface ListedBackup {
  readonly set: string;
  readonly kind: string;
  readonly number: number;
  readonly bytes: number;
  readonly verified: { readonly ok: boolean; readonly seconds: number; readonly message: string } | null;
  readonly pinned: boolean;
  readonly broken: string | null;
}

export interface Manifest {
  readonly set: string;
  readonly release: string;
  readonly rowCounts: Readonly<Record<string, number>>;
  readonly files: Readonly<Record<string, { readonly bytes: number; readonly sha256: string }>>;
  readonly window: { readonly from: string; readonly to: string; readonly removed: readonly string[] };
  readonly postgres: { readonly databases: readonly { readonly name: string }[] } | null;
}

/** How long something of the tests may take on a machine that is busy with others. */
const LIMIT_SECONDS = 900;

const socketOf = (prefix: string) => `${prefix}-socket`;

/** The data tier alone, whose database may lose what it has written: nothing here outlives its container. */
const CHANGES: OperatedSystemChanges = {
  kind: "backup-test",
  services: ["postgres", "redis"],
  databaseOptions: (prefix) => ["--volume", `${socketOf(prefix)}:/run/postgresql`],
  databaseCommand: ["postgres", "-c", "fsync=off"],
};

/**
 * A host's folder on this machine, with the operator's command in it, and a real PostgreSQL and Redis to back up. Names
 * and labels are no other test's.
 */
export class BackupSystem {
  /** A system with its containers running. */
  static async start(rules: BackupRules = {}): Promise<BackupSystem> {
    const operated = await OperatedSystem.start(temporaryFolder(), CHANGES);
    return BackupSystem.on(operated, rules);
  }

  /** A system without containers: for what looks at backups only. */
  static async withoutContainers(rules: BackupRules = {}): Promise<BackupSystem> {
    return BackupSystem.on(await OperatedSystem.withoutContainers(temporaryFolder(), CHANGES), rules);
  }

  private static async on(operated: OperatedSystem, rules: BackupRules): Promise<BackupSystem> {
    const system = new BackupSystem(operated);
    try {
      await system.install(rules);
    } catch (error) {
      await system.remove();
      throw error;
    }
    return system;
  }

  private constructor(private readonly operated: OperatedSystem) {}

  get prefix(): string {
    return this.operated.prefix;
  }

  get layout(): HostLayout {
    return this.operated.layout;
  }

  private get programs(): string {
    return join(dirname(this.layout.root), "programs");
  }

  container(service: string): string {
    return this.operated.container(service);
  }

  path(name: string): string {
    return join(this.layout.root, name);
  }

  /** Lays the files down as the deploy does. */
  async install(rules: BackupRules = {}): Promise<void> {
    mkdirSync(this.programs, { recursive: true });
    for (const folder of ["data/redis-backup", "data/postgres"]) {
      mkdirSync(this.path(folder), { recursive: true });
    }
    await this.operated.install({ backup: describeBackup({ leastFreeMiB: 1, ...rules }, true) });
    this.operated.installJobRunner();
  }

  /** Runs the operator's command; what it prints and how it ends is the test's to judge. */
  emaintenance(...args: readonly string[]): Promise<RunResult> {
    return run([this.layout.deploy("scripts/emaintenance.sh"), ...args], this.options);
  }

  /** The same, and a failure is the test's. */
  async well(...args: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await this.emaintenance(...args);
    if (code !== 0) throw new Error(`emaintenance ${args.join(" ")} ended with ${code}: ${stdout}${stderr}`);
    return stdout;
  }

  /** Makes a backup; its manifest. */
  async backup(...args: readonly string[]): Promise<Manifest> {
    return JSON.parse(await this.well("backup", ...args, "--json")) as Manifest;
  }

  async backups(): Promise<ListedBackup[]> {
    return JSON.parse(await this.well("backups", "--json")) as ListedBackup[];
  }

  /** Starts a backup, and does something while pg_dump is stopped. Its exit code and what it said. */
  async whileDumping(
    action: (pgDump: number, backup: number) => void | Promise<void>,
  ): Promise<{ code: number | null; said: string }> {
    const child = spawn(this.layout.deploy("scripts/emaintenance.sh"), ["backup"], { detached: true });
    let said = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (data: Buffer) => (said += data.toString()));
    }
    const ended = once(child, "close") as Promise<[number | null]>;
    let pgDump: number | undefined;
    const atWork = (): Promise<boolean> => {
      pgDump = this.pgDump();
      if (pgDump !== undefined) process.kill(pgDump, "SIGSTOP");
      else if (child.exitCode !== null) throw new Error(`the backup ended before: ${said}`);
      return Promise.resolve(pgDump !== undefined);
    };
    await waitFor("pg_dump at work", LIMIT_SECONDS, atWork, 5);
    try {
      await action(pgDump ?? 0, child.pid ?? 0);
    } finally {
      if (pgDump !== undefined && existsSync(`/proc/${pgDump}`)) process.kill(pgDump, "SIGCONT");
    }
    const [code] = await ended;
    return { code, said };
  }

  /** Process ids of the scripts of this system; only those of one program if it is named. */
  processes(program = ""): number[] {
    return readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
      .filter((pid) => {
        try {
          const words = readFileSync(`/proc/${pid}/cmdline`, "utf8");
          return words.startsWith(program) && words.includes(this.layout.deploy("scripts/lib/backup/"));
        } catch {
          return false;
        }
      });
  }

  /** Whether no backup is under way. */
  async unlocked(): Promise<boolean> {
    const lock = ["flock", "--nonblock", join(this.operated.description.lockFolder, "backup"), "true"];
    return (await run(lock, { allowFailure: true })).code === 0;
  }

  /** Waits for something. */
  async until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
    await waitFor(what, LIMIT_SECONDS, async () => condition(), 100);
  }

  /** Process id, on this machine, of the pg_dump of a backup of this system that has its snapshot. */
  private pgDump(): number | undefined {
    for (const name of readdirSync("/proc")) {
      if (!/^\d+$/.test(name)) continue;
      try {
        const words = readFileSync(`/proc/${name}/cmdline`, "utf8").split("\0");
        if (!words[0]?.endsWith("pg_dump") || !words.some((word) => word.startsWith("--snapshot"))) continue;
        if (readFileSync(`/proc/${name}/environ`, "utf8").includes(`PGAPPNAME=${this.prefix}-backup`)) {
          return Number(name);
        }
      } catch {
        // It has ended meanwhile.
      }
    }
    return undefined;
  }

  /** Runs SQL as the superuser; what it answers. */
  sql(text: string): Promise<string> {
    return this.operated.sql(text);
  }

  /** Puts a program in front of this machine's own: lines of bash. */
  program(name: string, body: string): void {
    writeFileSync(join(this.programs, name), `#!/bin/bash\n${body}\n`);
    chmodSync(join(this.programs, name), 0o755);
  }

  /** This machine's own again. */
  withoutProgram(name: string): void {
    rmSync(join(this.programs, name));
  }

  write(name: string, text: string | Buffer): void {
    mkdirSync(dirname(this.path(name)), { recursive: true });
    writeFileSync(this.path(name), text);
  }

  /** Names in the folder of the backups, hidden ones too. */
  get entries(): string[] {
    return readdirSync(this.layout.backups).sort();
  }

  record(job: string): RunRecord {
    return JSON.parse(readFileSync(this.path(`status/${job}.json`), "utf8")) as RunRecord;
  }

  get alerts(): Alert[] {
    const file = this.path("status/alerts.jsonl");
    const text = existsSync(file) ? readFileSync(file, "utf8") : "";
    return text
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Alert);
  }

  /** Sessions that a backup has at the server, and ephemeral containers. */
  async leftovers(): Promise<string[]> {
    const sessions = await this.sql(
      `SELECT pid FROM pg_stat_activity WHERE application_name = '${this.prefix}-backup'`,
    );
    const { stdout } = await run(["docker", "ps", "-aq", "--filter", `label=${this.prefix}.throwaway`]);
    return [...sessions.split("\n"), ...stdout.split("\n")].filter(Boolean);
  }

  async healthy(): Promise<void> {
    const ready = async () =>
      (
        await run(["docker", "exec", this.container("postgres"), "pg_isready", "-q", "-h", "127.0.0.1"], {
          allowFailure: true,
        })
      ).code === 0;
    await waitFor("PostgreSQL", LIMIT_SECONDS, ready);
  }

  async remove(): Promise<void> {
    await this.operated.remove();
    await removeContainers(`label=${this.prefix}.throwaway`);
    await run(["docker", "volume", "rm", "--force", socketOf(this.prefix)]);
  }

  private get options(): RunOptions {
    return {
      allowFailure: true,
      timeoutSeconds: LIMIT_SECONDS,
      env: { PATH: `${this.programs}:${process.env.PATH}` },
    };
  }
}
