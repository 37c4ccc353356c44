import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { template } from "../../../constructs/templates";
import { ensureBaseImages } from "../../../lib/images/images";
import { run, type RunOptions, type RunResult, waitFor } from "../../../lib/run";
import { OWNER, SUPERUSER } from "../../support/database-start";
import type { Alert } from "../../support/job-host";
import { OperatedSystem } from "../host/operated-system";

/** MiB that the server keeps for a stalled archive: four segments. */
export const SLOT_LIMIT_MIB = 64;

/** MiB of log that the server keeps for itself. */
export const MAX_WAL_MIB = 64;

/** What `emaintenance point-in-time --json` prints. */
export interface ArchiveState {
  readonly generation: string;
  readonly archivedTo: string | null;
  readonly secondsBehind: number;
  readonly behindBytes: number | null;
  readonly trouble: string | null;
  readonly hole: boolean;
  readonly bases: readonly { base: string; generation: string; ended: string }[];
  readonly restorableFrom: string | null;
}

const archiveFolder = (root: string): string => join(root, "backups/point-in-time");

/** A named volume whose files are in a folder of the host, as DataVolume makes it. */
function dataVolume(prefix: string, folder: string): string {
  mkdirSync(folder, { recursive: true });
  const options = ["type=none", "o=bind", `device=${folder}`].map((option) => `volume-opt=${option}`);
  return [`type=volume,src=${prefix}-data,dst=/var/lib/postgresql/data`, ...options].join(",");
}

/** A volume in memory, as PostgresSocket makes it. */
function socketVolume(prefix: string): string {
  const options = ["type=tmpfs", "device=tmpfs", "o=size=16m,mode=1777,nosuid,nodev,noexec"];
  return [
    `type=volume,src=${prefix}-socket,dst=/run/postgresql`,
    ...options.map((option) => `"volume-opt=${option}"`),
  ].join(",");
}

/** An operated system whose database has its write-ahead log archived, as the deploy sets it up. */
export class ArchivedSystem {
  /** @param formerRoles its services are the superuser of the database, as in former versions, until `moveRoles` */
  static async start(folder: string, formerRoles = false): Promise<ArchivedSystem> {
    const operated = await OperatedSystem.start(folder, {
      formerRoles,
      databaseOptions: (prefix, root) => [
        ...["--mount", dataVolume(prefix, join(root, "data/postgres"))],
        ...["--mount", socketVolume(prefix)],
        ...[
          "--env",
          "PGDATA=/var/lib/postgresql/data/pgdata",
          "--env",
          "POSTGRES_INITDB_ARGS=--data-checksums",
        ],
        ...["--stop-signal", "SIGINT", "--stop-timeout", "60"],
      ],
      databaseCommand: [
        "postgres",
        "-c",
        `max_slot_wal_keep_size=${SLOT_LIMIT_MIB}MB`,
        "-c",
        "wal_compression=on",
        "-c",
        `max_wal_size=${MAX_WAL_MIB}MB`,
        "-c",
        "min_wal_size=32MB",
      ],
      description: (prefix, root) => ({
        volumes: [{ name: `${prefix}-data`, folder: join(root, "data/postgres") }],
        pointInTime: {
          container: `${prefix}-wal-archive`,
          folder: archiveFolder(root),
          slotPrefix: "test_archive_",
          keepDays: 14,
          slotLimitMiB: SLOT_LIMIT_MIB,
          behindSeconds: 60,
          baseLimitSeconds: 300,
        },
      }),
    });
    const system = new ArchivedSystem(operated);
    try {
      system.installRunner();
      await system.startArchive(formerRoles ? OWNER : SUPERUSER);
    } catch (error) {
      await system.remove();
      throw error;
    }
    return system;
  }

  private constructor(readonly operated: OperatedSystem) {}

  private installRunner(): void {
    this.operated.installJobRunner();
    // These services are too small for the checks of a release.
    rmSync(join(this.root, "deploy/Server/scripts/verbs/verify"), { force: true });
  }

  get root(): string {
    return this.operated.root;
  }

  get archiveContainer(): string {
    return this.operated.container("wal-archive");
  }

  /** The container next to the database, with as few rights as the deploy gives it. */
  private async startArchive(user: string): Promise<void> {
    const { postgres } = await ensureBaseImages();
    await this.operated.docker(
      ...["run", "--detach", "--init", "--name", this.archiveContainer, "--restart", "unless-stopped"],
      ...["--network", "none", "--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges"],
      ...["--tmpfs", "/tmp", "--memory", "64m"],
      ...[
        "--volume",
        `${this.operated.prefix}-socket:/run/postgresql`,
        "--volume",
        `${archiveFolder(this.root)}:/archive`,
      ],
      ...[
        "--env",
        "ARCHIVE=/archive",
        "--env",
        "SLOT_PREFIX=test_archive_",
        "--env",
        `PGUSER=${user}`,
        "--env",
        "PGPORT=5432",
      ],
      ...["--entrypoint", "sh", postgres, "-c", template("point-in-time/archive.sh"), "archive"],
    );
    await this.archiving();
  }

  /** Replaces the containers of the database and of its archive, as a deploy does. */
  async moveRoles(): Promise<void> {
    await this.operated.moveRoles();
    await this.operated.docker("rm", "--force", this.archiveContainer);
    await this.startArchive(SUPERUSER);
  }

  async archiving(): Promise<void> {
    await waitFor("an archive that is streamed to", 60, async () => {
      const found = await this.sql(
        "SELECT count(*) FROM pg_stat_replication WHERE application_name = 'test_archive_receiver' AND state = 'streaming'",
        "postgres",
      ).catch(() => "0");
      return found === "1";
    });
  }

  async sql(text: string, database?: string): Promise<string> {
    return this.operated.sql(text, database);
  }

  async emaintenance(args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
    return this.operated.emaintenance(args, { timeoutSeconds: 180, ...options });
  }

  /** Looks at the archive, as the job of every minute does. */
  async check(): Promise<ArchiveState> {
    const { stdout, stderr } = await this.emaintenance(["point-in-time", "--json"]);
    if (stdout === "") throw new Error(stderr);
    return JSON.parse(stdout) as ArchiveState;
  }

  /** Makes a base backup, which must succeed. */
  async base(): Promise<void> {
    const { code, stdout, stderr } = await this.emaintenance(["point-in-time", "base"]);
    if (code !== 0) throw new Error(stdout + stderr);
  }

  /** `emaintenance restore point-in-time`, without its question. */
  async restore(...args: readonly string[]): Promise<RunResult> {
    return this.emaintenance(["restore", "point-in-time", ...args, "--yes"], { timeoutSeconds: 240 });
  }

  /** The server's clock. */
  async now(): Promise<string> {
    return this.sql("SELECT clock_timestamp()");
  }

  /** Waits until the server's clock is so many seconds past a time: what comes then belongs to another target time. */
  async later(time: string, seconds: number): Promise<void> {
    const passed = `SELECT clock_timestamp() > '${time}'::timestamptz + interval '${seconds} seconds'`;
    await waitFor(`${seconds} seconds more`, 30, async () => (await this.sql(passed)) === "t");
  }

  /** The highest number in the table `written`, and how many are missing below it. */
  async written(): Promise<string> {
    return this.sql("SELECT max(n) || ' ' || max(n) - count(*) FROM written");
  }

  /** Folders next to the cluster's own. */
  get retired(): string[] {
    return readdirSync(join(this.root, "data/postgres")).filter((name) => name !== "pgdata");
  }

  /** Names of the files of the log that are archived, over all generations. */
  get archivedFiles(): string[] {
    return readdirSync(archiveFolder(this.root)).flatMap((generation) =>
      readdirSync(join(archiveFolder(this.root), generation, "wal")),
    );
  }

  get alerts(): Alert[] {
    const file = join(this.root, "status/alerts.jsonl");
    if (!existsSync(file)) return [];
    return readFileSync(file, "utf8")
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Alert);
  }

  async remove(): Promise<void> {
    await this.operated.docker("rm", "--force", this.archiveContainer).catch(() => undefined);
    await this.operated.remove();
    await run(["docker", "volume", "rm", "--force", `${this.operated.prefix}-socket`], {
      allowFailure: true,
    });
  }
}
