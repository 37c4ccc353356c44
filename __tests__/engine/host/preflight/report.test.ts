import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { renderTemplate } from "../../../../constructs/templates";
import { PreflightHost, proc } from "../../../support/preflight-host";
import { temporaryFolder } from "../../../support/temporary-folder";

test("the whole script, put together, is clean", () => {
  const file = join(temporaryFolder(), "preflight.sh");
  writeFileSync(file, renderTemplate("host/preflight.sh.eta", {}));

  expect(spawnSync("shellcheck", [file], { encoding: "utf8" })).toMatchObject({ status: 0, stdout: "" });
});

describe("a host that is ready", () => {
  const release = join(temporaryFolder(), "os-release");
  writeFileSync(release, 'PRETTY_NAME="Debian GNU/Linux 13 (trixie)"\nID=debian\nVERSION_ID="13"\n');

  test("is reported in JSON, and after that in a table, with every finding", async () => {
    const settings = { OS_RELEASE: release, PROC: proc({}), FOLDER: "/", EXPECTED_TIME: "", PROGRAMS: "sed" };

    const { code, stdout, stderr } = await new PreflightHost().preflight(settings);

    const lines = stdout.trimEnd().split("\n");
    expect({ code, stderr, table: lines.slice(1) }).toEqual({
      code: 0,
      stderr: "",
      table: [
        "result   check          found",
        "ok       sudo           deploy may use sudo without a password",
        "ok       service user   no login has the id 1001 of the services",
        "ok       system         Debian GNU/Linux 13 (trixie)",
        "ok       architecture   x86_64",
        "ok       programs       sed are installed",
        "ok       names          localhost and vm1 have addresses",
        "ok       clock          not compared",
        "ok       docker         Docker Engine 26.1.5, API 1.45",
        "ok       storage        storage driver overlay2",
        "ok       firewall       iptables, with the chain DOCKER-USER",
        "ok       kernel         limits memory, swap, CPU and processes; overlay",
        "ok       cpu            4 cores, of which one container may use 1.5",
        "ok       images         2 on the host, 0 can be pulled",
        "ok       memory         7.8 GiB, of which all containers together may use 64 MiB",
        expect.stringMatching(/^ok {7}disk {11}\/ has [\d.]+ GiB and \d+ inodes free \(on \/\)$/),
        "the host vm1 is ready: 0 warning(s)",
      ],
    });
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({
      host: "vm1",
      login: "deploy",
      errors: 0,
      warnings: 0,
    });
  });
});

describe("a host with many faults", () => {
  const debian = join(temporaryFolder(), "os-release");
  writeFileSync(debian, "PRETTY_NAME=Debian\nID=debian\nVERSION_ID=13\n");

  test("is reported with all of them at once", async () => {
    const host = new PreflightHost().docker({
      "version *APIVersion*": "echo '20.10.24 1.41'",
      "image inspect *": "exit 1",
      "pull *": "echo 'manifest unknown' >&2; exit 1",
    });
    host.program("uname", "echo riscv64");

    const { code, stdout } = await host.preflight({
      PROC: proc({}),
      OS_RELEASE: debian,
      LEAST_MEMORY_MIB: "9000",
    });

    expect(code).toBe(1);
    expect(stdout.match(/^error {4}\w+/gm)).toEqual([
      "error    architecture",
      "error    docker",
      "error    image",
      "error    image",
      "error    memory",
    ]);
    expect(stdout).toMatch(
      /^the host vm1 is not ready: 5 error\(s\), 0 warning\(s\); nothing on it was changed$/m,
    );
    expect(host.calls.filter((call) => /^docker (rm|run|start|stop|create|load)/.test(call))).toEqual([]);
  });
});
