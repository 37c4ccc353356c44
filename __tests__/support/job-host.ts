import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { template } from "../../constructs/templates";
import { run, type RunResult } from "../../lib/run";
import { temporaryFolder } from "./temporary-folder";

/** How a run of a job ended. */
export interface RunRecord {
  readonly job: string;
  readonly started: string;
  readonly ended: string;
  readonly exitCode: number;
  readonly message: string;
}

export interface Alert {
  readonly time: string;
  readonly severity: string;
  readonly source: string;
  readonly message: string;
}

/** A folder with the jobs of a host in it, as the deployment lays them, on this machine. */
export class JobHost {
  readonly root = temporaryFolder();
  readonly scripts = this.path("deploy/Server/scripts");
  private readonly programs = this.path("programs");

  constructor() {
    for (const folder of ["status", "logs/schedules", "programs", "memory"]) {
      mkdirSync(this.path(folder), { recursive: true });
    }
    this.install("jobs/run-job", "run-job");
    this.install("jobs/records.sh", "lib/records.sh");
  }

  path(name: string): string {
    return join(this.root, name);
  }

  /** Lays a file of `templates/` among the scripts, as a program. */
  install(path: string, name: string): this {
    const target = join(this.scripts, name);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, template(path));
    chmodSync(target, 0o755);
    return this;
  }

  /** Puts a program in front of this machine's own: lines of bash. */
  program(name: string, body: string): this {
    const file = join(this.programs, name);
    writeFileSync(file, `#!/bin/bash\n${body}\n`);
    chmodSync(file, 0o755);
    return this;
  }

  /** Runs one of the scripts. */
  async run(
    script: string,
    args: readonly string[] = [],
    env: Record<string, string> = {},
  ): Promise<RunResult> {
    return run([join(this.scripts, script), ...args], {
      env: { ...env, PATH: `${this.programs}:${process.env.PATH}` },
      allowFailure: true,
      timeoutSeconds: 60,
    });
  }

  record(job: string): RunRecord | undefined {
    const text = this.read(`status/${job}.json`);
    return text === "" ? undefined : (JSON.parse(text) as RunRecord);
  }

  get alerts(): Alert[] {
    return this.lines("status/alerts.jsonl").map((line) => JSON.parse(line) as Alert);
  }

  /** The lines of a file; empty if it is missing. */
  lines(name: string): string[] {
    return this.read(name).split("\n").filter(Boolean);
  }

  write(name: string, text: string | Buffer): void {
    mkdirSync(dirname(this.path(name)), { recursive: true });
    writeFileSync(this.path(name), text);
  }

  private read(name: string): string {
    return existsSync(this.path(name)) ? readFileSync(this.path(name), "utf8") : "";
  }
}
