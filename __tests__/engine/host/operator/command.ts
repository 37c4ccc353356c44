import { appendFileSync, existsSync, readdirSync } from "node:fs";
import { rename } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../../../../lib/run";
import { system } from "./support";

describe("emaintenance", () => {
  test("says what it can do, each word with its exit codes", async () => {
    const help = await system.emaintenance(["--help"]);
    const words = (await system.emaintenance(["--words"])).stdout.trim().split("\n");

    expect(help.code).toBe(0);
    const least = ["health", "logs", "maintenance", "restart", "safety-check", "status"];
    expect(words).toEqual(expect.arrayContaining(least));
    for (const word of words) {
      expect(help.stdout).toMatch(new RegExp(`^  ${word} +\\S`, "m"));
      const { code, stdout } = await system.emaintenance([word, "--help"]);
      expect(code).toBe(0);
      expect(stdout).toMatch(new RegExp(`^usage: emaintenance ${word}`));
      expect(stdout).toMatch(/exit codes: 0/);
    }
  });

  test.each([
    [["stat"], /"stat" is not a word of this command. Expected one of .*health.* logs /],
    [["../lib/common.sh"], /is not a word of this command/],
    [["status", "--jsn"], /status has no option --jsn.*emaintenance status --help/],
    [["health", "user"], /there is no service or tier "user". Expected one of all api data gateway nginx/],
    [["logs", "--since", "yesterday"], /logs --since got "yesterday". Expected a duration such as 10m/],
    [["logs", "--tail", "-1"], /logs --tail got "-1". Expected a number of lines/],
    [["restart"], /restart needs to know what. Expected a service, a tier or all/],
    [["restart", "--timeout", "0", "web"], /restart --timeout got "0"/],
  ])("refuses %j with a sentence", async (args, message) => {
    const { code, stderr, stdout } = await system.emaintenance(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(message);
  });

  test("says that it cannot find out anything without Docker", async () => {
    const { code, stderr } = await system.emaintenance(["status"], {
      env: { DOCKER_HOST: "unix:///nowhere.sock" },
    });
    expect(code).toBe(3);
    expect(stderr).toMatch(/cannot use Docker: .*Expected a running engine, and a login in the group docker/);
  });

  test("says which release runs, and names scripts that were changed by hand", async () => {
    const before = await system.emaintenance(["--version"]);
    expect(before.code).toBe(0);
    expect(before.stdout).toMatch(/^release 1\.4\.0\nscripts [0-9a-f]{12}\n$/);

    system.write("deploy/Server/scripts/logs.sh", "#!/bin/sh\n");
    const after = await system.emaintenance(["version"]);
    await system.install();

    expect(after.code).toBe(1);
    expect(after.stdout).toContain("changed by hand:\n");
    expect(after.stdout).toContain("scripts/logs.sh");
    expect((await system.emaintenance(["version"])).stdout).toBe(before.stdout);
  });

  test("says so if what runs was not deployed to its end", async () => {
    await rename(join(system.root, "releases"), join(system.root, "elsewhere"));
    const { code, stdout } = await system.emaintenance(["version"]);
    await rename(join(system.root, "elsewhere"), join(system.root, "releases"));

    expect(stdout).toMatch(/^release not written down\n/);
    expect(code).toBe(0);
  });

  test("leaves nothing of an earlier version, and can be installed twice", async () => {
    const installed = join(system.root, "deploy/Server/.parts/operator-command/installed");
    const former = ["words.jq", "status.jq"].map((name) => `deploy/Server/scripts/lib/${name}`);
    for (const path of former) system.write(path, "error");
    appendFileSync(installed, former.map((path) => `${join(system.root, path)}\n`).join(""));

    await system.install();
    await system.install();

    expect(former.filter((path) => existsSync(join(system.root, path)))).toEqual([]);
    expect((await system.emaintenance(["version"])).code).toBe(0);
    expect((await system.json<{ services: unknown[] }>("status", "--quick")).services).not.toEqual([]);
  });

  test("is removed completely, and can be installed again", async () => {
    const staging = join(system.root, "deploy/Server/.parts/operator-command");
    await run(["bash", join(staging, "remove.sh")]);

    expect(existsSync(staging)).toBe(false);
    expect(readdirSync(join(system.root, "deploy/Server"))).toEqual([".parts"]);
    await system.install();
    expect((await system.emaintenance(["--version"])).code).toBe(0);
  });
});
