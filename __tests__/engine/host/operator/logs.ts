import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { run, waitFor } from "../../../../lib/run";
import { system } from "./support";

describe("emaintenance logs", () => {
  test("prints one service's lines as they are", async () => {
    const { code, stdout } = await system.emaintenance(["logs", "migration", "--tail", "5"]);
    expect(code).toBe(2);
    expect(stdout).toBe("");
    const web = await system.emaintenance(["logs", "web", "--tail", "all"]);
    expect(web.stdout).toMatch(/^web listens$/m);
    expect(web.stdout).not.toContain("|");
  });

  test("prints those of several in the order of time, each behind its name and without colours", async () => {
    const { stdout, code } = await system.emaintenance([
      "logs",
      "web",
      "user-service",
      "--tail",
      "all",
      "--timestamps",
    ]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^\S+Z web +\| web listens$/m);
    expect(stdout).toMatch(/^\S+Z user-service \| user-service listens$/m);
    expect(stdout).not.toContain("\u001b");
    const times = stdout
      .trimEnd()
      .split("\n")
      .map((line) => line.slice(0, 30));
    expect(times).toEqual([...times].sort());
  });

  test("follows: what is logged now comes at once, until it is ended", async () => {
    const program = join(system.root, "deploy/Server/scripts/emaintenance.sh");
    const child = spawn(program, ["logs", "--follow", "--tail", "0", "api", "web"]);
    const ended = once(child, "close");
    let output = "";
    child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
    await waitFor("a followed line", 30, async () => {
      await system.docker("exec", system.container("web"), "curl", "-s", "http://127.0.0.1:3001/marked");
      return output.includes("web          | web answers /marked\n");
    });
    child.kill("SIGTERM");

    expect(await ended).toEqual([143, null]);
    // AND no docker logs stays behind
    const ids = await Promise.all(
      ["web", "user-service"].map((service) => system.inspect(service, "{{.Id}}")),
    );
    const { stdout } = await run(["ps", "-eo", "args"]);
    expect(
      stdout.split("\n").filter((line) => ids.some((id) => line.includes(id) && line.startsWith("docker"))),
    ).toEqual([]);
  });

  test("has colours on a terminal", async () => {
    const line = `${join(system.root, "deploy/Server/scripts/emaintenance.sh")} logs --tail 2 api web`;
    const { stdout } = await run(["script", "-qec", line, "/dev/null"], {
      env: { TERM: "xterm", NO_COLOR: undefined },
    });
    expect(stdout).toContain("\u001b[31muser-service |\u001b[0m ");
  });
});
