import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildMirror } from "../../../../lib/plugins/build";
import { run, type RunResult } from "../../../../lib/run";

/** Resources by type and name, as Terraform's JSON has them. */
export type Resources = Readonly<Record<string, Readonly<Record<string, object>>>>;

export interface WorkspaceOptions {
  /** Arguments of the Docker provider. @default none: the engine of this machine */
  readonly provider?: object;
  /** Added to the environment of Terraform and the plugins. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Seconds within which one command of Terraform must end. @default 120 */
  readonly timeoutSeconds?: number;
}

interface StateFile {
  readonly resources: readonly {
    readonly type: string;
    readonly name: string;
    readonly instances: readonly Instance[];
  }[];
}

interface Instance {
  readonly status?: "tainted";
  /** Set for the old object of a replacement that failed half way. */
  readonly deposed?: string;
  readonly attributes: Readonly<Record<string, unknown>>;
}

interface PlanMessage {
  readonly type: string;
  readonly change?: { readonly resource: { readonly addr: string }; readonly action: string };
}

/** As `terraform show -json` gives it. */
export interface PlannedChange {
  readonly actions: readonly string[];
  readonly before: Readonly<Record<string, unknown>> | null;
  readonly after: Readonly<Record<string, unknown>> | null;
  readonly after_unknown: Readonly<Record<string, unknown>>;
  readonly replace_paths?: readonly (readonly (string | number)[])[];
}

interface ResourceChange {
  readonly address: string;
  readonly change: PlannedChange;
}

const MIRRORS = join(__dirname, "../../../../.rehearsal/plugins");
const TIMEOUT_SECONDS = 120;

/** A working directory of the real Terraform, with the offline plugins in a mirror and no way to a registry. */
export class Workspace {
  readonly folder = mkdtempSync(join(tmpdir(), "emaintenance-test-plugins-"));

  constructor(private readonly options: WorkspaceOptions = {}) {}

  /** @throws RunError where Terraform does not find the plugins, or refuses the configuration */
  async init(resources: Resources): Promise<void> {
    const { directory } = await buildMirror(MIRRORS);
    const installation = `provider_installation {\n  filesystem_mirror {\n    path = ${JSON.stringify(directory)}\n  }\n}\n`;
    writeFileSync(this.cliConfig, installation);
    this.configure(resources);
    await this.terraform("init", "-input=false");
  }

  /** Replaces the configuration. */
  configure(resources: Resources): void {
    const main = {
      terraform: {
        required_providers: {
          docker: { source: "kreuzwerker/docker", version: "3.9.0" },
          null: { source: "hashicorp/null", version: "3.2.4" },
        },
      },
      provider: { docker: this.options.provider ?? {} },
      // Terraform takes no empty object here.
      ...(Object.keys(resources).length > 0 && { resource: resources }),
    };
    writeFileSync(join(this.folder, "main.tf.json"), JSON.stringify(main, null, 2));
  }

  async apply(resources?: Resources): Promise<void> {
    if (resources) this.configure(resources);
    await this.terraform("apply", "-auto-approve", "-input=false");
  }

  /** The words of an apply that has to fail, without the lines and colours around. */
  async failure(resources: Resources, ...command: string[]): Promise<string> {
    this.configure(resources);
    const argv = command.length > 0 ? command : ["apply", "-auto-approve", "-input=false"];
    const result = await this.tryTerraform(...argv);
    if (result.code === 0) throw new Error(`terraform ${argv.join(" ")} did not fail:\n${result.stdout}`);
    return result.stderr.replace(/[│╷╵]/g, "").replace(/\s+/g, " ").trim();
  }

  /** What a plan would do, by address: `{ "docker_container.web": "update" }`. Empty: no changes. */
  async plan(resources?: Resources): Promise<Record<string, string>> {
    if (resources) this.configure(resources);
    const { code, stdout, stderr } = await this.tryTerraform(
      "plan",
      "-json",
      "-detailed-exitcode",
      "-input=false",
    );
    if (code === 1) throw new Error(stdout + stderr);
    const messages = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as PlanMessage);
    const changes = messages.flatMap(({ type, change }) =>
      type === "planned_change" && change ? [change] : [],
    );
    if ((code === 0) !== (changes.length === 0)) throw new Error(`exit code ${code} of:\n${stdout}`);
    return Object.fromEntries(changes.map(({ resource, action }) => [resource.addr, action]));
  }

  /** What a plan would do in every detail, by address; the plan stays in a file that `apply` takes. */
  async planInDetail(file: string, resources?: Resources): Promise<Record<string, PlannedChange>> {
    if (resources) this.configure(resources);
    await this.terraform("plan", "-input=false", `-out=${file}`);
    const { stdout } = await this.terraform("show", "-json", file);
    const { resource_changes = [] } = JSON.parse(stdout) as { resource_changes?: ResourceChange[] };
    return Object.fromEntries(resource_changes.map(({ address, change }) => [address, change]));
  }

  async destroy(): Promise<void> {
    await this.terraform("destroy", "-auto-approve", "-input=false");
  }

  /** The state of one object, undefined where Terraform has none. */
  state(address: string): Readonly<Record<string, unknown>> | undefined {
    return this.find(address)?.attributes;
  }

  isTainted(address: string): boolean {
    return this.find(address)?.status === "tainted";
  }

  /** @throws RunError with Terraform's words */
  terraform(...argv: string[]): Promise<RunResult> {
    return run(["terraform", ...argv, "-no-color"], this.runOptions());
  }

  tryTerraform(...argv: string[]): Promise<RunResult> {
    return run(["terraform", ...argv, "-no-color"], { ...this.runOptions(), allowFailure: true });
  }

  /** Starts Terraform, for tests that end it by a signal. */
  start(...argv: string[]): ChildProcess {
    const env = { ...process.env, ...this.env };
    return spawn("terraform", [...argv, "-no-color"], { cwd: this.folder, env, stdio: "ignore" });
  }

  /** Destroys what is left, also after a failed test, and removes the folder. */
  async close(): Promise<void> {
    await this.tryTerraform("destroy", "-auto-approve", "-input=false");
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** The environment of Terraform: the caller's own settings of Terraform would change what is tested. */
  get env(): Record<string, string | undefined> {
    const foreign = Object.keys(process.env).filter((name) => name.startsWith("TF_"));
    return {
      ...Object.fromEntries(foreign.map((name) => [name, undefined])),
      CHECKPOINT_DISABLE: "1",
      TF_CLI_CONFIG_FILE: this.cliConfig,
      ...this.options.env,
    };
  }

  private get cliConfig(): string {
    return join(this.folder, "cli.tfrc");
  }

  private find(address: string): Instance | undefined {
    const state = JSON.parse(readFileSync(join(this.folder, "terraform.tfstate"), "utf8")) as StateFile;
    const resource = state.resources.find(({ type, name }) => `${type}.${name}` === address);
    return resource?.instances.find(({ deposed }) => deposed === undefined);
  }

  private runOptions() {
    return {
      cwd: this.folder,
      env: this.env,
      timeoutSeconds: this.options.timeoutSeconds ?? TIMEOUT_SECONDS,
    };
  }
}
