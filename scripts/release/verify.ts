import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { Deployment, type Say } from "./deployment";
import { TEMPLATES } from "./host";
import type { Options } from "./options";

/** `npm run verify`: the checks of a deploy, from here, through the public address. Returns the exit code. */
export async function verify(options: Options, start: string, say: Say): Promise<number> {
  return verifyDeployment(await Deployment.open(start, options.stack, say), options);
}

/** The same, of a deployment that was opened already. */
export async function verifyDeployment(
  { host, layout, terraform, settings, workspace }: Deployment,
  options: Pick<Options, "json" | "only" | "url">,
): Promise<number> {
  // The checks as they were deployed: the system that runs is checked by what was said of it.
  const { stdout } = await host.run(["cat", `${layout.deploy("verify")}/checks.json`]);
  const checks = JSON.parse(stdout) as { readonly maintenanceFlag: string };
  const maintenance = (await host.run(["test", "-e", checks.maintenanceFlag], undefined, true)).code === 0;
  const login = await terraform.evaluate<object>(
    "{ username = var.VERIFY_USERNAME, password = var.VERIFY_PASSWORD }",
    workspace.valueFiles,
  );
  const document = { ...checks, maintenance, ...login, url: options.url ?? settings.url };
  const argv = [
    ...(options.json ? ["--json", "--quiet"] : []),
    ...(options.only ? ["--only", options.only] : []),
  ];
  const { status } = spawnSync(process.execPath, [join(TEMPLATES, "verify", "verify.mjs"), ...argv], {
    input: JSON.stringify(document),
    stdio: ["pipe", "inherit", "inherit"],
    env: { ...process.env, NODE_OPTIONS: "" },
  });
  return status ?? 1;
}
