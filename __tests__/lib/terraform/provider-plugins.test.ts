import { existsSync, lstatSync, mkdirSync, readFileSync, readlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  describePlugins,
  operatorConfiguration,
  placePlugins,
  type PluginChoice,
  pluginIdentity,
  terraformEnvironment,
} from "../../../lib/terraform/provider-plugins";
import { temporaryFolder } from "../../support/temporary-folder";

const offline = (digest: string): PluginChoice => ({
  kind: "offline",
  directory: `/mirror/${digest}`,
  digest,
});
const real: PluginChoice = { kind: "real" };
const operator: PluginChoice = { kind: "operator", file: "/etc/terraform.rc", digest: "abcabcabcabc" };

describe("the operator's Terraform configuration", () => {
  const file = "/etc/terraform.rc";

  test("counts if it is set and exists", () => {
    expect(operatorConfiguration({ TF_CLI_CONFIG_FILE: file }, (path) => path === file)).toBe(file);
  });

  test("counts from where the rehearsal was started, not from where Terraform runs", () => {
    expect(operatorConfiguration({ TF_CLI_CONFIG_FILE: "own.rc" }, (path) => path === "own.rc")).toBe(
      join(process.cwd(), "own.rc"),
    );
  });

  test.each<[string, NodeJS.ProcessEnv]>([
    ["not set", {}],
    ["empty", { TF_CLI_CONFIG_FILE: "" }],
    ["not there", { TF_CLI_CONFIG_FILE: "/gone" }],
  ])("does not count if it is %s", (_, environment) => {
    expect(operatorConfiguration(environment, (path) => path === file)).toBeUndefined();
  });
});

describe("plugins in a stack's folder", () => {
  const stack = (): string => {
    const folder = join(temporaryFolder(), "cdktf.out", "stacks", "prod");
    mkdirSync(join(folder, ".terraform"), { recursive: true });
    writeFileSync(join(folder, ".terraform.lock.hcl"), "lock");
    writeFileSync(join(folder, "cdk.tf.json"), "{}");
    return folder;
  };
  const locked = (folder: string) => existsSync(join(folder, ".terraform.lock.hcl"));
  const relock = (folder: string) => writeFileSync(join(folder, ".terraform.lock.hcl"), "lock");

  test("offline ones are linked where Terraform looks by itself", async () => {
    const folder = stack();
    await placePlugins(offline("1"), folder);
    expect(readlinkSync(join(folder, "terraform.d", "plugins"))).toBe("/mirror/1");
    expect(locked(folder)).toBe(false);
    expect(existsSync(join(folder, ".terraform"))).toBe(false);
    expect(readFileSync(join(folder, "cdk.tf.json"), "utf8")).toBe("{}");
  });

  test("a second run leaves Terraform's lock", async () => {
    const folder = stack();
    await placePlugins(offline("1"), folder);
    relock(folder);
    await placePlugins(offline("1"), folder);
    expect(locked(folder)).toBe(true);
    expect(lstatSync(join(folder, "terraform.d", "plugins")).isSymbolicLink()).toBe(true);
  });

  test.each<[string, PluginChoice, PluginChoice]>([
    ["rebuilt ones", offline("1"), offline("2")],
    ["real after offline ones", offline("1"), real],
    ["offline after real ones", real, offline("1")],
    ["the operator's after offline ones", offline("1"), operator],
  ])("%s start from a new lock", async (_, before, after) => {
    const folder = stack();
    await placePlugins(before, folder);
    relock(folder);
    await placePlugins(after, folder);
    expect(locked(folder)).toBe(false);
    expect(existsSync(join(folder, "terraform.d"))).toBe(after.kind === "offline");
  });

  test("are made ready in a stack that was never synthesised", async () => {
    const folder = join(temporaryFolder(), "cdktf.out", "stacks", "prod");
    await placePlugins(offline("1"), folder);
    expect(readlinkSync(join(folder, "terraform.d", "plugins"))).toBe("/mirror/1");
  });
});

test("offline plugins stay out of the plugin cache that cdktf shares between projects", () => {
  expect(terraformEnvironment(offline("1"))).toMatchObject({ CDKTF_DISABLE_PLUGIN_CACHE_ENV: "1" });
  expect(terraformEnvironment(real)).not.toHaveProperty("CDKTF_DISABLE_PLUGIN_CACHE_ENV");
});

test("every choice has a name for programs and one for people", () => {
  expect([real, offline("1"), operator].map(pluginIdentity)).toEqual([
    "real",
    "offline:1",
    "operator:abcabcabcabc",
  ]);
  expect([real, offline("1"), operator].map(describePlugins)).toEqual([
    "real (kreuzwerker/docker, hashicorp/null)",
    "offline (lib/plugins 1; the Terraform registry cannot be reached)",
    "as /etc/terraform.rc says",
  ]);
});
