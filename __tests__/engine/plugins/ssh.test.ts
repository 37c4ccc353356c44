import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { waitFor } from "../../../lib/run";
import { exists, removeQuietly, uniqueName } from "./support/engine";
import { childrenOf } from "./support/processes";
import { tinyImage } from "./support/tiny-image";
import { Workspace } from "./support/workspace";

jest.setTimeout(180_000);

/** More than the plugin's connections, so that some have to wait for a free one. */
const CONTAINERS = 9;
const MAX_CONNECTIONS = 6;

const image = tinyImage();
const name = uniqueName("ssh");

function containers() {
  const numbers = Array.from({ length: CONTAINERS }, (_, index) => index);
  const container = (index: number) => ({
    name: `${name}-${index}`,
    image: image.id(),
    destroy_grace_seconds: 0,
  });
  return { docker_container: Object.fromEntries(numbers.map((index) => [`c${index}`, container(index)])) };
}

describe("over SSH", () => {
  const host = "ssh://deploy@198.51.100.10:2222";
  const ssh_opts = ["-i", "/a key", "-o", "BatchMode=yes"];
  // Variables come from a property of the workspace, which has to exist first.
  const env: Record<string, string> = {};
  const workspace = new Workspace({ provider: { host, ssh_opts }, env });
  const programs = join(workspace.folder, "bin");
  const log = join(workspace.folder, "ssh.log");

  const started = () => readFileSync(log, "utf8").trim().split("\n");

  beforeAll(async () => {
    // In the place of ssh: a program that notes how it is called, and is connected to the engine of this machine.
    mkdirSync(programs);
    const lines = [
      "#!/bin/sh",
      `printf '[%s]' "$@" >> '${log}'`,
      `echo >> '${log}'`,
      "exec docker system dial-stdio",
    ];
    writeFileSync(join(programs, "ssh"), lines.join("\n"));
    chmodSync(join(programs, "ssh"), 0o755);
    env.PATH = `${programs}:${process.env.PATH}`;
    await workspace.init(containers());
    await workspace.apply();
  });
  afterAll(async () => {
    await workspace.close();
    // Terraform is killed while it creates this one, so it is in no state.
    await removeQuietly("container", `${name}-waits`);
  });

  test("containers are created", async () => {
    expect(await exists("container", `${name}-0`)).toBe(true);
    expect(await workspace.plan()).toEqual({});
  });

  test("ssh is started as Docker's own connection helper starts it, with the options untouched", () => {
    expect(new Set(started())).toEqual(
      new Set([
        "[-i][/a key][-o][BatchMode=yes][-o][ConnectTimeout=30][-T][-l][deploy][-p][2222][--][198.51.100.10]" +
          "[docker][system][dial-stdio]",
      ]),
    );
  });

  test("connections are few, and used again", async () => {
    writeFileSync(log, "");
    expect(await workspace.plan()).toEqual({});
    // Terraform starts the plugin once more to check the configuration.
    expect(started().length).toBeLessThanOrEqual(2 * MAX_CONNECTIONS);
  });

  test("no ssh outlives the plugin, even if Terraform is killed in the middle", async () => {
    const never = { test: ["CMD", "test", "-e", "/no-such-file"], interval: "1s", timeout: "1s", retries: 1 };
    const waiting = {
      name: `${name}-waits`,
      image: image.id(),
      healthcheck: never,
      wait: true,
      wait_timeout: 120,
    };
    workspace.configure({ docker_container: { ...containers().docker_container, waiting } });
    const terraform = workspace.start("apply", "-auto-approve", "-input=false");
    await waitFor("the container", 60, () => exists("container", `${name}-waits`));
    const children = await childrenOf(terraform.pid);
    expect(children.map(({ command }) => command)).toEqual(expect.arrayContaining(["docker"]));
    terraform.kill("SIGKILL");
    await waitFor("the end of the plugin and its connections", 30, async () => {
      const left = await Promise.all(children.map(({ isAlive }) => isAlive()));
      return !left.includes(true);
    });
  });
});
