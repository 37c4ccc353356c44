import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { terraformEnvironment } from "../../../lib/terraform/provider-plugins";
import { STACK } from "../../../rehearsal/deployment/working-directory";
import { stackFolder } from "../../../lib/terraform/stack-folder";
import { run, type RunOptions, type RunResult } from "../../../lib/run";
import { synthesise } from "../../../lib/terraform/synthesise";

/** What is deployed, and how Terraform is run. */
export interface Deployed extends RunOptions {
  /** Command of the app whose stack it is. @default that of cdktf.json */
  readonly app?: string;
  /** Files with values, on top of those in the folder. @default none */
  readonly values?: readonly string[];
}

const TERRAFORM_SECONDS = 600;

const COMMON = ["-input=false", "-no-color"];

/** `terraform apply` of the production stack, as `cdktf deploy prod` runs it. */
export const apply = (directory: string, what: Deployed = {}): Promise<RunResult> =>
  inStack(directory, ["apply", "-auto-approve", ...COMMON], what);

/** `terraform plan` of the production stack, as `cdktf diff prod` runs it. */
export const plan = (directory: string, what: Deployed = {}): Promise<RunResult> =>
  inStack(directory, ["plan", ...COMMON], what);

async function inStack(
  directory: string,
  argv: readonly string[],
  { app, values = [], ...options }: Deployed,
): Promise<RunResult> {
  await synthesise(directory, app);
  const terraform = { cwd: stackFolder(directory, STACK), env: terraformEnvironment() };
  if (!existsSync(join(terraform.cwd, ".terraform"))) await run(["terraform", "init", ...COMMON], terraform);
  const files = [...ownValues(directory), ...values].map((path) => `-var-file=${path}`);
  return run(["terraform", ...argv, ...files], {
    timeoutSeconds: TERRAFORM_SECONDS,
    ...terraform,
    ...options,
  });
}

/** What cdktf reads from the folder by itself. */
function ownValues(directory: string): string[] {
  const names = readdirSync(directory).filter((name) => name.endsWith(".auto.tfvars.json"));
  return names.sort().map((name) => join(directory, name));
}
