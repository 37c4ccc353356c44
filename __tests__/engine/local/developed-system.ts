import { execFileSync } from "node:child_process";
import { chownSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { run, type RunResult, waitFor } from "../../../lib/run";

const REPOSITORY = join(__dirname, "../../..");
const SAMPLE = join(REPOSITORY, "rehearsal/app");
const DERIVED = /^(node_modules|\.next|dist|next-env\.d\.ts|.*\.tsbuildinfo)$/;

/** Who develops: not root, so that a file of root's would show. Only root can become another user. */
const DEVELOPER = process.getuid?.() === 0 ? { uid: 12_345, gid: 12_345 } : undefined;

const START_SECONDS = 1200;
const ANSWER_SECONDS = 240;

/** `npm run dev`, with the words after it. */
export function dev(
  words: readonly string[],
  options: { input?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<RunResult> {
  return run(["node", join(REPOSITORY, "scripts/dev.mjs"), ...words], {
    cwd: REPOSITORY,
    env: { INIT_CWD: REPOSITORY, ...options.env },
    input: options.input,
    allowFailure: true,
    timeoutSeconds: START_SECONDS,
  });
}

/** A copy of the sample application, the developer's own. */
export function copiedSource(): string {
  const folder = mkdtempSync(join(tmpdir(), "emaintenance-source-"));
  cpSync(SAMPLE, folder, {
    recursive: true,
    filter: (path) => path === SAMPLE || !DERIVED.test(basename(path)),
  });
  if (DEVELOPER) execFileSync("chown", ["-R", `${DEVELOPER.uid}:${DEVELOPER.gid}`, folder]);
  return folder;
}

/** Ports that are rarely in use, all below those that the kernel hands out. */
export function portOffset(): number {
  return 10_000 + 40 * Math.floor(Math.random() * 330);
}

/** A development system with a name and ports of its own. */
export class DevelopedSystem {
  readonly name: string;
  readonly offset = portOffset();
  readonly source = copiedSource();
  /** Where its state is, and where Terraform runs. */
  readonly directory: string;
  readonly url = `http://localhost:${3030 + this.offset}`;

  /**
   * @param kind the first part of its name
   * @param environment in addition to the test's own
   */
  constructor(
    kind: string,
    private readonly environment: NodeJS.ProcessEnv = {},
  ) {
    this.name = `${kind}-${process.pid}`;
    this.directory = join(REPOSITORY, ".local", this.name);
  }

  /** The words that start it. */
  get words(): string[] {
    return ["up", ...["--name", this.name, "--port-offset", String(this.offset), "--source", this.source]];
  }

  up(...words: string[]): Promise<RunResult> {
    return dev([...this.words, "--no-follow", ...words], { env: this.environment });
  }

  /** `npm run dev:stop`, `dev:reset` or `dev:destroy`. */
  also(verb: "stop" | "reset" | "destroy", words: readonly string[] = [], input = ""): Promise<RunResult> {
    return dev([verb, "--name", this.name, ...words], { input, env: this.environment });
  }

  port(port: number): number {
    return port + this.offset;
  }

  container(service: string): string {
    return `emaintenance-${this.name}-${service}`;
  }

  read(path: string): string {
    return readFileSync(join(this.source, path), "utf8");
  }

  /** Saves a file as the developer's editor does. */
  save(path: string, text: string): void {
    writeFileSync(join(this.source, path), text);
    if (DEVELOPER) chownSync(join(this.source, path), DEVELOPER.uid, DEVELOPER.gid);
  }

  /** The words with which a login with unknown credentials is refused, through the gateway. */
  async refusal(): Promise<string | undefined> {
    const answer = await fetch(`${this.url}/api/auth/login`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      // Another user each time: after some failures a service refuses with other words.
      body: JSON.stringify({ username: `nobody-${Math.random()}`, password: "wrong" }),
      signal: AbortSignal.timeout(5000),
    }).catch(() => undefined);
    const text = await answer?.text().catch(() => "");
    return answer?.status === 401
      ? (JSON.parse(text ?? "{}") as { error: { message: string } }).error.message
      : undefined;
  }

  /** Waits until a login is refused in these words. */
  async waitForRefusal(words: string): Promise<void> {
    await waitFor(
      `the refusal "${words}"`,
      ANSWER_SECONDS,
      async () => (await this.refusal()) === words,
      100,
    );
  }

  async log(service: string): Promise<string> {
    const { stdout, stderr } = await run(["docker", "logs", this.container(service)]);
    return stdout + stderr;
  }

  /** Files of the source that are not the developer's. */
  foreignFiles(): string[] {
    const owner = DEVELOPER?.uid ?? process.getuid?.() ?? 0;
    return execFileSync("find", [this.source, "!", "-uid", String(owner)], { encoding: "utf8" })
      .split("\n")
      .filter(Boolean);
  }

  /** What of it is on the engine: containers, networks, volumes. */
  async remains(): Promise<string[]> {
    const lists = [
      ["ps", "--all", "--format", "{{.Names}}"],
      ["network", "ls", "--format", "{{.Name}}"],
      ["volume", "ls", "--format", "{{.Name}}"],
    ];
    const results = await Promise.all(lists.map((argv) => run(["docker", ...argv])));
    return results
      .flatMap(({ stdout }) => stdout.split("\n"))
      .filter((name) => name.startsWith(`emaintenance-${this.name}-`));
  }

  /** `npx cdktf diff local`, as a developer types it. */
  diff(): Promise<RunResult> {
    return run([join(REPOSITORY, "node_modules/.bin/cdktf"), "diff", "local"], {
      cwd: this.directory,
      env: { CHECKPOINT_DISABLE: "1", FORCE_COLOR: "0", NODE_OPTIONS: undefined, ...this.environment },
      allowFailure: true,
      timeoutSeconds: 300,
    });
  }

  /** Removes everything, also after a failed test. */
  async close(): Promise<void> {
    await this.also("destroy", ["--yes"]);
    rmSync(this.source, { recursive: true, force: true });
    rmSync(this.directory, { recursive: true, force: true });
  }
}
