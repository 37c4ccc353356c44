import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { run, type RunOptions, type RunResult } from "../../../lib/run";
import type { Alert } from "../../support/job-host";
import { OperatedSystem } from "../host/operated-system";

interface AuditLine {
  readonly time: string;
  readonly who: string;
  readonly what: string;
  readonly set: string | null;
  readonly result: string;
  readonly seconds: number;
}

/**
 * Comes before the programs of the machine in PATH: kills the restore, and all that it started, when it has written a line of its
 * journal (`after`) or is about to (`before`).
 */
const KILLING_SYNC = `#!/bin/bash
/usr/bin/sync "$@"
case $KILL_WHEN in
  before) [[ $1 == *.new ]] && grep -q "\\"$KILL_AT\\":" "$1" && kill -9 0 ;;
  after) [[ $1 != *.new ]] && grep -q "\\"$KILL_AT\\":" "$1/restore.journal" && kill -9 0 ;;
esac
exit 0
`;

/** Tables of some rows, two of them with names that need care. */
export const SAMPLE_TABLES = `CREATE TABLE work_orders (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, title text NOT NULL);
  CREATE TABLE "odd Name" (work_order bigint REFERENCES work_orders);
  CREATE INDEX ON work_orders (title);
  INSERT INTO work_orders (title) SELECT 'order ' || n FROM generate_series(1, 5000) n;
  INSERT INTO "odd Name" SELECT id FROM work_orders WHERE id % 5 = 0;`;

/** An operated system with a database of some tables, uploaded files, sessions, and backups of them. */
export class RestoredSystem {
  static async start(folder: string): Promise<RestoredSystem> {
    return RestoredSystem.on(await OperatedSystem.start(folder), folder);
  }

  /** With another system around it than the usual one. */
  static async on(operated: OperatedSystem, folder: string): Promise<RestoredSystem> {
    const system = new RestoredSystem(operated, folder);
    await system.prepare();
    return system;
  }

  private constructor(
    readonly operated: OperatedSystem,
    private readonly folder: string,
  ) {}

  private async prepare(): Promise<void> {
    this.operated.installJobRunner();
    mkdirSync(join(this.root, "bin"), { recursive: true });
    mkdirSync(join(this.folder, "programs"));
    writeFileSync(join(this.folder, "programs/sync"), KILLING_SYNC, { mode: 0o755 });
    await this.fill();
  }

  get root(): string {
    return this.operated.root;
  }

  /** The database, as it is before the first backup. */
  async fill(): Promise<void> {
    await this.sql(SAMPLE_TABLES);
  }

  async sql(text: string, database?: string): Promise<string> {
    return this.operated.sql(text, database);
  }

  async rows(): Promise<string> {
    return this.sql(`SELECT (SELECT count(*) FROM work_orders) || ' ' || (SELECT count(*) FROM "odd Name")`);
  }

  /** Names of all databases except the templates. */
  async databases(): Promise<string> {
    return this.sql(
      "SELECT string_agg(datname, ' ' ORDER BY datname) FROM pg_database WHERE NOT datistemplate",
      "postgres",
    );
  }

  async redis(...command: readonly string[]): Promise<string> {
    const line = 'REDISCLI_AUTH="$REDIS_PASSWORD" exec redis-cli "$@"';
    const { stdout } = await run([
      "docker",
      "exec",
      this.operated.container("redis"),
      "sh",
      "-c",
      line,
      "sh",
      ...command,
    ]);
    return stdout.trim();
  }

  async emaintenance(args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
    return this.operated.emaintenance(args, { timeoutSeconds: 300, ...options });
  }

  async restore(...args: readonly string[]): Promise<RunResult> {
    return this.emaintenance(["restore", ...args]);
  }

  /** Makes a backup. @returns its name */
  async backUp(...words: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await this.emaintenance(["backup", ...words, "--json"]);
    if (code !== 0) throw new Error(stderr);
    return (JSON.parse(stdout) as { set: string }).set;
  }

  /** Runs a restore that is killed, with everything that it started, before or after it writes down that it has come to a step. */
  async restoreKilled(
    when: "before" | "after",
    step: string,
    ...args: readonly string[]
  ): Promise<RunResult> {
    return this.emaintenance(["restore", ...args], {
      ownGroup: true,
      env: { PATH: `${this.folder}/programs:${process.env.PATH}`, KILL_WHEN: when, KILL_AT: step },
    });
  }

  get backups(): string[] {
    return readdirSync(join(this.root, "backups")).filter((name) => !name.startsWith("."));
  }

  backupFile(backup: string, name: string): string {
    return join(this.root, "backups", backup, name);
  }

  /** Changes the manifest of a backup. */
  changeManifest(backup: string, change: (manifest: Record<string, unknown>) => void): void {
    const file = this.backupFile(backup, "manifest.json");
    const manifest = JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>;
    change(manifest);
    writeFileSync(file, JSON.stringify(manifest));
  }

  /** Replaces a file of a backup, manifest included. */
  replaceFile(backup: string, name: string, content: Buffer): void {
    writeFileSync(this.backupFile(backup, name), content);
    const sha256 = createHash("sha256").update(content).digest("hex");
    this.changeManifest(backup, (manifest) => {
      (manifest.files as Record<string, unknown>)[name] = { bytes: content.length, sha256 };
    });
  }

  get audit(): AuditLine[] {
    return this.lines("status/audit.jsonl").map((line) => JSON.parse(line) as AuditLine);
  }

  get alerts(): Alert[] {
    return this.lines("status/alerts.jsonl").map((line) => JSON.parse(line) as Alert);
  }

  private lines(name: string): string[] {
    const file = join(this.root, name);
    return existsSync(file) ? readFileSync(file, "utf8").split("\n").filter(Boolean) : [];
  }

  /** What a restore may leave nothing of, once it has ended. */
  async leftovers(): Promise<string[]> {
    const found = [
      ...["status/restore.journal", "deploy/Server/nginx/maintenance.on"].filter((name) =>
        existsSync(join(this.root, name)),
      ),
      ...readdirSync(join(this.root, "data")).filter((name) => name.startsWith(".")),
    ];
    const databases = (await this.databases()).split(" ").filter((name) => /_(restore|before)_/.test(name));
    return [...found, ...databases];
  }

  /** Everything that a restore could change. */
  async state() {
    const { stdout } = await run([
      ...["docker", "ps", "--all", "--format", "{{.Names}} {{.State}}"],
      ...["--filter", `name=^${this.operated.prefix}-`],
    ]);
    return {
      rows: await this.rows(),
      databases: await this.databases(),
      session: await this.redis("GET", "session"),
      containers: stdout.trim().split("\n").sort(),
      leftovers: await this.leftovers(),
    };
  }

  async remove(): Promise<void> {
    await this.operated.remove();
  }
}
