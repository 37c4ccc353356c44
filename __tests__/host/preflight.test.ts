import { Preflight } from "../../constructs/host/preflight";
import { FakeHost } from "../support/fake-host";
import { script, scriptLines } from "../support/stack-json";
import { TestStack } from "../support/test-stack";

describe("the look at the host before anything on it changes", () => {
  test("asks for an engine that knows the start interval of health checks, and for all images", () => {
    // GIVEN
    const stack = new TestStack();
    void stack.variables;

    // WHEN
    new Preflight(stack, "preflight", { connection: stack.connection });

    // THEN
    const lines = scriptLines(script(stack.synthesise(), "preflight"));
    expect(lines).toContain("export LEAST_API='1.44'");
    expect(lines).toContainEqual(expect.stringMatching(/^export IMAGES='\$\{join\(" ", distinct\(/));
  });
});

describe("the look at the host, on a host", () => {
  const environment = { LEAST_API: "1.44", IMAGES: "postgres:17 web:1" };
  const look = (host: FakeHost) => host.run("host/preflight.sh", environment);
  const END = (findings: number) =>
    `the host is not ready: ${findings} finding(s) above; nothing on it was changed\n`;

  test("that has all images says that it is ready, and pulls none", async () => {
    const host = new FakeHost().program("docker", '[ "$1" != version ] || echo 1.45');

    expect(await look(host)).toEqual({ code: 0, stdout: "the host is ready\n", stderr: "" });
    expect(host.calls.filter((call) => call.startsWith("docker pull"))).toEqual([]);
  });

  test("pulls an image that is not there", async () => {
    const host = new FakeHost().program(
      "docker",
      'case "$1 $2 $3" in "version "*) echo 1.44 ;; "image inspect web:1") exit 1 ;; esac',
    );

    expect(await look(host)).toMatchObject({ code: 0, stdout: "the host is ready\n" });
    expect(host.calls.filter((call) => call.startsWith("docker pull"))).toEqual([
      "docker pull --quiet web:1",
    ]);
  });

  test("without Docker says so", async () => {
    expect(await look(new FakeHost())).toEqual({
      code: 1,
      stdout: "",
      stderr:
        "  - Docker is not installed on vm1. Expected Docker Engine 25 or later. " +
        "Install it (Debian: apt-get install docker.io) and deploy again.\n" +
        END(1),
    });
  });

  test("with a Docker that does not answer this login says so", async () => {
    const host = new FakeHost().program("docker", 'echo "permission denied" >&2; exit 1');

    expect((await look(host)).stderr).toBe(
      "  - deploy cannot use Docker on vm1: permission denied. " +
        "Expected a running engine and a login in the group docker. " +
        "Try: sudo systemctl start docker; sudo usermod -aG docker deploy.\n" +
        END(1),
    );
  });

  test.each([
    ["1.41", false],
    ["1.9", false],
    ["1.44", true],
    ["1.100", true],
  ])("with Docker API %s is good enough: %s", async (api, enough) => {
    const { stderr } = await look(new FakeHost().program("docker", `[ "$1" != version ] || echo ${api}`));

    expect(stderr).toBe(
      enough
        ? ""
        : `  - Docker on vm1 speaks API ${api}. Expected 1.44 or later (Docker Engine 25). Upgrade Docker.\n${END(1)}`,
    );
  });

  test("says of all images at once which are neither there nor to be had, and why", async () => {
    const host = new FakeHost().program(
      "docker",
      `case "$1" in version) echo 1.44 ;; image) exit 1 ;; pull) echo "manifest unknown" >&2; exit 1 ;; esac`,
    );

    const mend =
      "Expected an image that is there or can be had. " +
      "Correct IMAGES or RELEASE, or build or load the image on the host.";
    expect((await look(host)).stderr).toBe(
      `  - image postgres:17 is neither on vm1 nor can it be pulled: manifest unknown. ${mend}\n` +
        `  - image web:1 is neither on vm1 nor can it be pulled: manifest unknown. ${mend}\n` +
        END(2),
    );
  });
});
