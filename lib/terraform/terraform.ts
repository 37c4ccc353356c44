import { join } from "node:path";
import { type PluginChoice, terraformEnvironment } from "./provider-plugins";
import { run, RunError, type RunOptions } from "../run";
import { ApplyEvents, messageOf, type TerraformError } from "./apply-events";
import type { Workspace } from "./workspace";

/** A command of Terraform that failed. */
export class TerraformFailure extends Error {
  constructor(
    readonly command: string,
    readonly errors: readonly TerraformError[],
    /** True where Ctrl-C or a signal ended it. */
    readonly interrupted = false,
  ) {
    super(
      errors.map(({ summary, detail }) => [summary, detail].filter(Boolean).join("\n")).join("\n\n") ||
        `terraform ${command} failed`,
    );
  }
}

/** A resource in the state, as `terraform show -json` has it. */
interface StateResource {
  readonly type: string;
  readonly name: string;
  readonly values: Readonly<Record<string, unknown>>;
}

const MINUTE = 60;

export interface TerraformOptions {
  /** The plugins that were placed in the stack's folder. @default as the operator's own configuration says */
  readonly plugins?: PluginChoice;
  /** Gets every message of Terraform, also those that are no step. @default nobody does */
  readonly log?: (line: string) => void;
  /** Whether the start of a step is said too, not only its end. @default false */
  readonly starts?: boolean;
}

/** Terraform itself, in the folder of one stack: unlike cdktf it hands on the whole of an error, and applies the plan that was shown. */
export class Terraform {
  constructor(
    private readonly workspace: Workspace,
    private readonly say: (line: string) => void,
    private readonly settings: TerraformOptions = {},
  ) {}

  async init(): Promise<void> {
    await this.quietly("init", ["init", "-input=false", "-no-color"]);
  }

  /**
   * Plans with these values, keeps the plan, and returns whether it changes anything.
   *
   * @param only addresses of resources; they and what they need. @default all
   * @throws TerraformFailure
   */
  async plan(
    valueFiles: readonly string[],
    only: readonly string[] = [],
  ): Promise<{ readonly changes: boolean; readonly text: string }> {
    const argv = [
      "plan",
      ...this.common,
      `-out=${this.planFile}`,
      "-detailed-exitcode",
      ...varFiles(valueFiles),
      ...only.map((address) => `-target=${address}`),
    ];
    const { code, stdout, stderr } = await this.run(argv);
    if (code === 1)
      throw new TerraformFailure("plan", [{ summary: errorText(stderr || stdout), detail: "" }]);
    return { changes: code === 2, text: planText(stdout) };
  }

  /**
   * Applies the plan that was kept. Every step is said as it happens.
   * @throws TerraformFailure
   */
  async apply(): Promise<void> {
    await this.applying([this.planFile]);
  }

  /**
   * Plans with these values and applies in one step, for a system whose plan nobody wants to see first.
   *
   * @param interruption ends it as Ctrl-C does: Terraform finishes what it has begun. @default the terminal's Ctrl-C
   * @throws TerraformFailure
   */
  async applyUnseen(valueFiles: readonly string[], interruption?: Promise<void>): Promise<void> {
    await this.applying(["-auto-approve", ...varFiles(valueFiles)], interruption);
  }

  /**
   * Removes all that the state knows, in one step.
   * @throws TerraformFailure
   */
  async destroy(valueFiles: readonly string[]): Promise<void> {
    await this.applying(["-destroy", "-auto-approve", ...varFiles(valueFiles)]);
  }

  private async applying(argv: readonly string[], interruption?: Promise<void>): Promise<void> {
    const events = new ApplyEvents(this.settings.starts);
    const onLine = (line: string) => {
      const step = events.take(line);
      this.settings.log?.(messageOf(line));
      if (step !== undefined) this.say(step);
    };
    // Ctrl-C reaches Terraform as well: it ends what it has begun. No limit of time here: each step has its own, and an
    // apply that is killed loses what it was just making.
    let runs = true;
    const { code } = await this.run(["apply", "-json", "-input=false", "-lock-timeout=60s", ...argv], {
      onLine,
      timeoutSeconds: undefined,
      ownGroup: interruption !== undefined,
      onStart: (pid) =>
        void interruption?.then(() => {
          if (runs) process.kill(pid, "SIGINT");
        }),
    }).finally(() => (runs = false));
    if (code !== 0) throw new TerraformFailure("apply", events.errors, interrupted || code >= 128);
  }

  /**
   * The value of an expression in Terraform's language.
   * @throws TerraformFailure if a variable is refused
   */
  async evaluate<T>(expression: string, valueFiles: readonly string[]): Promise<T> {
    const { code, stdout, stderr } = await run(["terraform", "console", ...varFiles(valueFiles)], {
      ...this.options,
      input: `nonsensitive(base64encode(jsonencode(${expression})))\n`,
      allowFailure: true,
    });
    const encoded = /^"([A-Za-z0-9+/=]+)"$/m.exec(stdout)?.[1];
    if (code !== 0 || encoded === undefined) {
      throw new TerraformFailure("console", [{ summary: errorText(stderr || stdout), detail: "" }]);
    }
    return JSON.parse(Buffer.from(encoded, "base64").toString("utf8")) as T;
  }

  /** References and ids of the images that the state knows, by the name of their resource. */
  async imagesInState(): Promise<ReadonlyMap<string, { readonly name: string; readonly id: string }>> {
    const images = await this.inState("docker_image");
    return new Map(
      images.map(({ name, values: is }) => [name, { name: String(is.name), id: String(is.image_id) }]),
    );
  }

  /** Ids of all resources of a type that the state knows. */
  async idsInState(type: string): Promise<string[]> {
    return (await this.inState(type)).map(({ values }) => String(values.id));
  }

  private async inState(type: string): Promise<StateResource[]> {
    const { stdout } = await this.quietly("show", ["show", "-json", "-no-color"]);
    const { values } = JSON.parse(stdout) as { values?: { root_module?: { resources?: StateResource[] } } };
    return (values?.root_module?.resources ?? []).filter((resource) => resource.type === type);
  }

  private get planFile(): string {
    return join(this.workspace.scratch, "plan");
  }

  private readonly common = ["-input=false", "-no-color", "-lock-timeout=60s"];

  private get options() {
    return {
      cwd: this.workspace.stackFolder,
      env: terraformEnvironment(this.settings.plugins),
      timeoutSeconds: 60 * MINUTE,
    };
  }

  private async run(
    argv: readonly string[],
    more: Pick<RunOptions, "onLine" | "onStart" | "ownGroup" | "timeoutSeconds"> = {},
  ) {
    return run(["terraform", ...argv], { ...this.options, ...more, allowFailure: true });
  }

  private async quietly(command: string, argv: readonly string[]) {
    try {
      return await run(["terraform", ...argv], this.options);
    } catch (error) {
      const words = error instanceof RunError ? (error.result?.stderr ?? error.message) : String(error);
      throw new TerraformFailure(command, [{ summary: errorText(words), detail: "" }]);
    }
  }
}

let interrupted = false;

/** Remembers that the operator wants this to end; Terraform, which gets the same signal, ends what it has begun. */
export function heedSignals(): void {
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => (interrupted = true));
}

export const wasInterrupted = (): boolean => interrupted;

const varFiles = (paths: readonly string[]) => paths.map((path) => `-var-file=${path}`);

/** The plan itself, without what was looked at on the way; behind the line, Terraform says how it would be applied by hand. */
function planText(words: string): string {
  const [plan = words] = words.split(/\n─{5}/);
  return plan
    .split("\n")
    .filter((line) => !/: (Refreshing state\.\.\.|Reading\.\.\.|Read complete after )/.test(line))
    .join("\n")
    .trim();
}

/** The errors in Terraform's words, without frames. */
function errorText(words: string): string {
  const lines = words.split("\n").map((line) => line.replace(/^\s*[╷│╵]\s?/, "").trimEnd());
  const first = lines.findIndex((line) => line.startsWith("Error: "));
  return lines
    .slice(Math.max(first, 0))
    .filter((line, index, all) => line !== "" || all[index - 1] !== "")
    .join("\n")
    .trim();
}
