import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "../../lib/run";
import type { StackJson } from "./stack-json";
import { temporaryFolder } from "./temporary-folder";

/** Values of Terraform variables by name. */
export type Values = Readonly<Record<string, unknown>>;

interface Diagnostic {
  readonly severity: string;
  readonly detail: string;
}

/**
 * The real Terraform on the variables and locals of a stack. Without resources it needs no provider, so it answers in
 * a tenth of a second and without a network.
 */
export class Terraform {
  /** @param expressions what `evaluate` gives back, as it is in the stack, by a name of one's own */
  static async on(
    { variable, locals }: StackJson,
    expressions: Readonly<Record<string, unknown>> = {},
  ): Promise<Terraform> {
    const folder = temporaryFolder();
    const outputs = Object.entries(expressions).map(([name, value]) => [name, { value, sensitive: true }]);
    const output = outputs.length > 0 ? (Object.fromEntries(outputs) as object) : undefined;
    writeFileSync(join(folder, "main.tf.json"), JSON.stringify({ variable, locals, output }, null, 2));
    const terraform = new Terraform(folder);
    const { code, stdout, stderr } = await terraform.call("init", "-input=false");
    if (code !== 0) {
      throw new Error(stdout + stderr);
    }
    return terraform;
  }

  private constructor(private readonly folder: string) {}

  /** The messages with which Terraform refuses the values, each whole; none: it takes them. */
  async refusals(values: Values): Promise<string[]> {
    const { stdout } = await this.call("plan", "-json", "-input=false", this.file(values));
    return stdout
      .trim()
      .split("\n")
      .map((line) => (JSON.parse(line) as { diagnostic?: Diagnostic }).diagnostic)
      .filter((diagnostic) => diagnostic?.severity === "error")
      .map(
        (diagnostic) => diagnostic?.detail.replace(/\n\nThis was checked by the validation rule.*/, "") ?? "",
      );
  }

  /** All that a person sees of a plan. */
  async shown(values: Values): Promise<string> {
    const { stdout, stderr } = await this.call("plan", "-no-color", "-input=false", this.file(values));
    return stdout + stderr;
  }

  /** The expressions with these values, by name. */
  async evaluate(values: Values): Promise<Record<string, unknown>> {
    const plan = join(this.folder, "plan");
    const planned = await this.call("plan", "-input=false", `-out=${plan}`, this.file(values));
    if (planned.code !== 0) {
      throw new Error(planned.stdout + planned.stderr);
    }
    const { stdout } = await this.call("show", "-json", plan);
    const { planned_values } = JSON.parse(stdout) as {
      planned_values: { outputs: Record<string, { value: unknown }> };
    };
    return Object.fromEntries(
      Object.entries(planned_values.outputs).map(([name, { value }]) => [name, value]),
    );
  }

  private file(values: Values): string {
    const file = join(this.folder, "values.json");
    writeFileSync(file, JSON.stringify(values, null, 2));
    return `-var-file=${file}`;
  }

  private call(...argv: string[]) {
    // What would change Terraform's answer: values of variables, arguments, logging, a configuration of its own.
    const foreign = Object.keys(process.env).filter((name) => name.startsWith("TF_"));
    return run(["terraform", ...argv], {
      cwd: this.folder,
      env: { ...Object.fromEntries(foreign.map((name) => [name, undefined])), CHECKPOINT_DISABLE: "1" },
      allowFailure: true,
      timeoutSeconds: 60,
    });
  }
}
