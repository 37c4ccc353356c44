import { join } from "node:path";
import { DEPLOY_LOCK, Naming } from "../../constructs/naming";
import { dockerSshOptions } from "../../constructs/ssh/ssh-options";
import { pipe, run, type RunOptions, type RunResult } from "../../lib/run";
import type { Terraform } from "../../lib/terraform/terraform";
import type { Workspace } from "../../lib/terraform/workspace";

/** What the commands here need to know of a deployment. */
export interface Settings {
  readonly address: string;
  readonly user: string;
  readonly port: number;
  readonly options: readonly string[];
  readonly url: string;
  /** References by service that the deployment's own files name. */
  readonly images: Readonly<Record<string, string>>;
}

/** Reads the settings as Terraform does: from the same files, with the same defaults, checked by the same rules. */
export async function readSettings(terraform: Terraform, valueFiles: readonly string[]): Promise<Settings> {
  const options = `[${dockerSshOptions()
    .map((option) => JSON.stringify(option))
    .join(", ")}]`;
  return terraform.evaluate<Settings>(
    `{ address = var.SERVER_IP, user = var.SSH_USER, port = var.SSH_PORT, options = ${options}, ` +
      "url = var.NEXT_PUBLIC_API_URL, images = var.IMAGES }",
    valueFiles,
  );
}

/** The VM, over the same ssh as the Docker provider: same key, same pinned host keys, same connection. */
export class Host {
  constructor(
    private readonly settings: Settings,
    private readonly workspace: Workspace,
  ) {}

  /** Runs a program on the host. */
  async run(
    argv: readonly string[],
    input?: string,
    allowFailure = false,
    more: Pick<RunOptions, "timeoutSeconds" | "onLine"> = {},
  ): Promise<RunResult> {
    const options = { cwd: this.cwd, input, allowFailure, timeoutSeconds: 120, ...more };
    return run(this.command(argv), options);
  }

  /** Runs `from` here and `to` on the host, which reads what `from` prints. */
  async send(from: readonly string[], to: readonly string[], timeoutSeconds: number): Promise<RunResult> {
    return pipe(from, this.command(to), { cwd: this.cwd, timeoutSeconds });
  }

  /** A command as root's: root itself may have no sudo. */
  asRoot(argv: readonly string[]): readonly string[] {
    return this.settings.user === "root" ? argv : ["sudo", "-n", ...argv];
  }

  /** Whether the last deployment came to its end: the lock is free, and the completion marker has its name. */
  async isComplete(): Promise<boolean> {
    const marker = Naming.container("deployed");
    const { code } = await this.run(
      ["sh", "-c", `[ ! -e ${DEPLOY_LOCK} ] && docker inspect ${marker} > /dev/null 2>&1`],
      undefined,
      true,
    );
    return code === 0;
  }

  /** Ends the shared connection, if there is one: the next command logs in again, with the groups that the login has then. */
  async disconnect(): Promise<void> {
    const { address, user, port, options } = this.settings;
    const argv = ["ssh", ...options, "-O", "exit", "-p", String(port), "-l", user, "--", address];
    await run(argv, { cwd: this.cwd, allowFailure: true, timeoutSeconds: 60 });
  }

  /** The command that runs a program on the host, for the folder `cwd`. */
  command(argv: readonly string[]): string[] {
    const { address, user, port, options } = this.settings;
    return ["ssh", ...options, "-p", String(port), "-l", user, "--", address, argv.map(quoted).join(" ")];
  }

  /** Where the socket of the connection lies. */
  get cwd(): string {
    return this.workspace.stackFolder;
  }

  /** Runs the text of a script on the host, with these values in its environment. */
  async script(text: string, environment: Readonly<Record<string, string>>): Promise<RunResult> {
    const exports = Object.entries(environment).map(([name, value]) => `export ${name}=${quoted(value)}\n`);
    return this.run(["bash", "-s"], `${exports.join("")}${text}`);
  }

  /** Runs the operator's command. If it is not installed, the answer has exit code 127. */
  async emaintenance(...words: readonly string[]): Promise<RunResult> {
    return this.run(["emaintenance", ...words], undefined, true);
  }
}

export const TEMPLATES = join(__dirname, "..", "..", "templates");

/** A word as a shell reads it. */
export function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replace(/'/g, "'\\''")}'`;
}
