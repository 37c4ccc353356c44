import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildMirror, pluginFolder } from "../../../lib/plugins/build";
import { run, waitFor } from "../../../lib/run";
import { inspect, uniqueName } from "./support/engine";
import { tinyImage } from "./support/tiny-image";
import { Workspace, type WorkspaceOptions } from "./support/workspace";

jest.setTimeout(180_000);

const image = tinyImage();
const name = uniqueName("process");

const root = mkdtempSync(join(tmpdir(), "emaintenance-test-mirror-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const opened: Workspace[] = [];
afterEach(async () => {
  for (const workspace of opened.splice(0)) await workspace.close();
});

/** A workspace for one test, closed after it also if it fails. */
function openWorkspace(options: WorkspaceOptions = {}): Workspace {
  const workspace = new Workspace(options);
  opened.push(workspace);
  return workspace;
}

function step(message: string) {
  return { null_resource: { step: { triggers: { message } } } };
}

describe("the mirror", () => {
  test("is built once, and found again", async () => {
    const first = await buildMirror(root);
    expect(first.directory).toBe(join(root, first.digest));
    const marker = join(first.directory, "marker");
    writeFileSync(marker, "");
    expect(await buildMirror(root)).toEqual(first);
    expect(readFileSync(marker, "utf8")).toBe("");
  });

  test("is whole when two build it at the same time", async () => {
    const other = mkdtempSync(join(root, "both-"));
    const [one, two] = await Promise.all([buildMirror(other), buildMirror(other)]);
    expect(one).toEqual(two);
    const { stdout } = await run(["ls", "-A", other]);
    expect(stdout.trim()).toBe(one.digest);
  });

  test("has programs that tell a person what they are", async () => {
    const { directory } = await buildMirror(root);
    const folder = pluginFolder({ address: "kreuzwerker/docker", version: "3.9.0" });
    const program = join(directory, folder, "terraform-provider-docker_v3.9.0");
    const { code, stderr } = await run([program], { allowFailure: true });
    expect(stderr).toBe("This program is a Terraform plugin: Terraform starts it, and nobody else does.\n");
    expect(code).toBe(1);
  });
});

test("a NODE_OPTIONS that would break a Node.js program does not break the plugins", async () => {
  const workspace = openWorkspace({ env: { NODE_OPTIONS: "--require /no/such/file.js" } });
  await workspace.init(step("1"));
  await workspace.apply();
  expect(workspace.state("null_resource.step")).toBeDefined();
});

test("the mirror works as the implied one, through a link, below an ES module's package.json", async () => {
  const { directory } = await buildMirror(join(root, "implied"));
  const workspace = openWorkspace({ env: { TF_CLI_CONFIG_FILE: undefined, HOME: root } });
  writeFileSync(join(workspace.folder, "package.json"), '{ "type": "module" }');
  await run(["mkdir", "-p", join(workspace.folder, "terraform.d")]);
  symlinkSync(directory, join(workspace.folder, "terraform.d/plugins"));
  await workspace.init(step("1"));
  await workspace.apply();
  expect(workspace.state("null_resource.step")).toBeDefined();
});

test("secrets reach neither the plan, nor the log, nor the arguments of a process", async () => {
  const secret = "s3cret/#@:%${}'\"\\ word";
  const workspace = openWorkspace({
    env: { TF_LOG: "trace", TF_LOG_PATH: "trace.log", TF_VAR_secret: secret },
  });
  const web = { name, image: image.id(), env: ["PASSWORD=${var.secret}"], destroy_grace_seconds: 0 };
  writeFileSync(
    join(workspace.folder, "variables.tf.json"),
    JSON.stringify({ variable: { secret: { type: "string", sensitive: true } } }),
  );
  await workspace.init({ docker_container: { web } });
  const { stdout, stderr } = await workspace.terraform("apply", "-auto-approve", "-input=false");
  expect((await inspect(name)).Config.Env).toContain(`PASSWORD=${secret}`);
  for (const text of [stdout, stderr, readFileSync(join(workspace.folder, "trace.log"), "utf8")]) {
    expect(text).not.toContain("s3cret");
  }
});

test("an interrupt ends a wait early, and what exists is in the state", async () => {
  const never = { test: ["CMD", "test", "-e", "/no-such-file"], interval: "1s", timeout: "1s", retries: 1 };
  const web = {
    name,
    image: image.id(),
    healthcheck: never,
    wait: true,
    wait_timeout: 120,
    destroy_grace_seconds: 0,
  };
  const workspace = openWorkspace();
  await workspace.init({ docker_container: { web } });
  const terraform = workspace.start("apply", "-auto-approve", "-input=false");
  const { Id } = await waitFor("the start of the container", 60, async () => {
    const container = await inspect(name).catch(() => undefined);
    return container?.State.Running && container;
  });
  terraform.kill("SIGINT");
  await waitFor("the end of Terraform", 60, () => Promise.resolve(terraform.exitCode !== null));
  expect(workspace.isTainted("docker_container.web")).toBe(true);
  expect(workspace.state("docker_container.web")).toMatchObject({ id: Id });
});
