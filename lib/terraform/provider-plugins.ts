import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { contentKey } from "../content-key";
import { privateFolder } from "../paths";
import { buildMirror } from "../plugins/build";
import { run } from "../run";

/** Which provider plugins Terraform uses for a rehearsal. */
export type PluginChoice =
  /** As the operator's own Terraform configuration says. */
  | { readonly kind: "operator"; readonly file: string; readonly digest: string }
  /** Downloaded by `terraform init`. */
  | { readonly kind: "real" }
  /** This project's, from a mirror, if the registry cannot be reached. */
  | { readonly kind: "offline"; readonly directory: string; readonly digest: string };

const PROBE_SECONDS = 90;

/** The providers of the production stack, as it pins them; whoever has these has what the stack needs. */
const PROBE = `terraform {
  required_providers {
    docker = { source = "kreuzwerker/docker", version = "3.9.0" }
    null   = { source = "hashicorp/null", version = "3.2.4" }
  }
}
`;

/** The operator's own configuration wins; else the real plugins, if they can be downloaded; else this project's. */
export async function choosePlugins(): Promise<PluginChoice> {
  const file = operatorConfiguration(process.env, existsSync);
  if (file !== undefined) return { kind: "operator", file, digest: await contentKey({ paths: [file] }) };
  if (await registryAnswers()) return { kind: "real" };
  return { kind: "offline", ...(await buildMirror(await privateFolder("plugins"))) };
}

/**
 * The absolute path of the operator's Terraform configuration, if it is set and exists. Terraform itself only warns of one
 * that does not, and looks from the stack's folder for one whose path is relative.
 */
export function operatorConfiguration(
  environment: NodeJS.ProcessEnv,
  exists: (path: string) => boolean,
): string | undefined {
  const file = environment.TF_CLI_CONFIG_FILE;
  return file !== undefined && file !== "" && exists(file) ? resolve(file) : undefined;
}

/** What Terraform and cdktf run with. */
export function terraformEnvironment(choice?: PluginChoice): Record<string, string | undefined> {
  return {
    // Neither Terraform nor cdktf looks for newer versions of itself.
    CHECKPOINT_DISABLE: "1",
    FORCE_COLOR: "0",
    NODE_OPTIONS: undefined,
    TF_CLI_CONFIG_FILE: operatorConfiguration(process.env, existsSync),
    ...(choice?.kind === "offline" ? WITHOUT_CACHE : {}),
  };
}

/**
 * cdktf shares one plugin cache between all projects of a user. This project's plugins must not get there: another project would take them for
 * the real ones, and another clone's would replace them during a deployment.
 */
const WITHOUT_CACHE = { CDKTF_DISABLE_PLUGIN_CACHE_ENV: "1", TF_PLUGIN_CACHE_DIR: undefined };

/** Changes whenever the plugins do. */
export function pluginIdentity(choice: PluginChoice): string {
  return choice.kind === "real" ? "real" : `${choice.kind}:${choice.digest}`;
}

/** For a person. */
export function describePlugins(choice: PluginChoice): string {
  switch (choice.kind) {
    case "operator":
      return `as ${choice.file} says`;
    case "real":
      return "real (kreuzwerker/docker, hashicorp/null)";
    case "offline":
      return `offline (lib/plugins ${choice.digest}; the Terraform registry cannot be reached)`;
  }
}

/**
 * Makes Terraform find the chosen plugins in a stack's folder, in this run and in every later `npx cdktf`. What an earlier
 * choice left there is removed: Terraform's lock holds digests that other plugins do not have.
 */
export async function placePlugins(choice: PluginChoice, stackFolder: string): Promise<void> {
  const stamp = join(stackFolder, ".rehearsal-plugins");
  const link = join(stackFolder, "terraform.d", "plugins");
  const identity = pluginIdentity(choice);
  if ((await readFile(stamp, "utf8").catch(() => "")) !== identity) {
    for (const name of [".terraform", ".terraform.lock.hcl", "terraform.d"]) {
      await rm(join(stackFolder, name), { recursive: true, force: true });
    }
  }
  if (choice.kind === "offline") {
    // Terraform looks into this folder without being told to.
    await rm(link, { force: true });
    await mkdir(dirname(link), { recursive: true });
    await symlink(choice.directory, link);
  }
  await mkdir(stackFolder, { recursive: true });
  await writeFile(stamp, identity);
}

async function registryAnswers(): Promise<boolean> {
  const folder = await mkdtemp(join(tmpdir(), "rehearsal-registry-"));
  try {
    await writeFile(join(folder, "main.tf"), PROBE);
    const init = await run(["terraform", "init", "-input=false", "-no-color", "-backend=false"], {
      cwd: folder,
      env: { ...terraformEnvironment(), TF_REGISTRY_DISCOVERY_RETRY: "0", TF_REGISTRY_CLIENT_TIMEOUT: "5" },
      allowFailure: true,
      timeoutSeconds: PROBE_SECONDS,
    }).catch(() => ({ code: 1 }));
    return init.code === 0;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
