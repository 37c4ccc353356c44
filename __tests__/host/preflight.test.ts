import { ConfigurationError } from "../../constructs/errors";
import { HostLayout } from "../../constructs/ssh/host-layout";
import { Preflight, type PreflightLimits, type PreflightProps } from "../../constructs/host/preflight";
import { script, scriptLines, type ScriptJson } from "../support/stack-json";
import { production } from "../support/stacks";
import { TestStack } from "../support/test-stack";

function made(limits: Partial<PreflightProps> = {}) {
  const stack = new TestStack();
  void stack.variables;
  const preflight = new Preflight(stack, "preflight", { connection: stack.connection, ...limits });
  return { stack, preflight };
}

const preflightOf = (limits?: PreflightLimits): ScriptJson =>
  script(made(limits).stack.synthesise(), "preflight");

describe("the preflight checks before anything on the host changes", () => {
  const lines = scriptLines(script(production(), "preflight"));

  test.each([
    "export LEAST_DOCKER_API='1.44'",
    "export LEAST_MEMORY_MIB='1024'",
    "export LEAST_DISK_MIB='2048'",
    "export LOW_DISK_MIB='10240'",
    "export LEAST_INODES='20000'",
    "export MAX_CLOCK_SECONDS='60'",
    "export ARCHITECTURES='x86_64 aarch64'",
    "export PROGRAMS='ufw jq curl logrotate cron'",
    "export LABEL='emaintenance.service'",
  ])("measures by %s", (line) => {
    expect(lines).toContain(line);
  });

  test("looks at the file systems of the system's folders", () => {
    const { stack } = made({ layout: new HostLayout("/srv/emaintenance") });

    expect(scriptLines(script(stack.synthesise(), "preflight"))).toContain(
      "export FOLDER='/srv/emaintenance'",
    );
  });

  test("asks for all images", () => {
    expect(lines).toContainEqual(expect.stringMatching(/^export IMAGES='\$\{join\(" ", distinct\(/));
  });

  test("knows what the containers of the stack will take of the host", () => {
    expect(lines).toContain("export LARGEST_CPUS='1'");
    // Seven programs of 512 MiB; the migration has ended before they all run.
    expect(lines).toContain("export MEMORY_LIMITS_MIB='3584'");
    expect(lines).toContain(
      "export PORTS='0.0.0.0:3030 [::]:3030 127.0.0.1:3001 127.0.0.1:3002 127.0.0.1:3003 127.0.0.1:3000'",
    );
  });

  test("knows what a team has changed of it", () => {
    const changed = scriptLines(
      script(production({ web: { limits: { cpus: 2.5, memoryMiB: 1024 }, publish: [] } }), "preflight"),
    );

    expect(changed).toContain("export LARGEST_CPUS='2.5'");
    expect(changed).toContain("export MEMORY_LIMITS_MIB='4096'");
    expect(changed.find((line) => line.startsWith("export PORTS="))).not.toContain("127.0.0.1:3000");
  });

  test("reads cores as numbers, however the Docker provider wants them written", () => {
    const json = production({ web: { limits: { cpus: 10 } }, redis: { limits: { cpus: 2 } } });

    expect(scriptLines(script(json, "preflight"))).toContain("export LARGEST_CPUS='10'");
  });

  test("takes the time when it starts, over an open connection, so that a plan never differs by it", () => {
    const { provisioner, triggers } = preflightOf();

    expect(Object.keys(provisioner[0] ?? {})).toEqual(["local-exec"]);
    expect(scriptLines(preflightOf())).toContain("export EXPECTED_TIME='${timestamp()}'");
    expect(JSON.stringify(triggers)).not.toContain("timestamp");
  });

  test("is taken again when a container will be another", () => {
    const digest = (settings = {}) => script(production(settings), "preflight").triggers.containers;

    expect(digest()).toBe(digest({}));
    expect(digest({ assetService: { healthCheck: { retries: 5 } } })).not.toBe(digest());
    expect(digest({ timeZone: "Asia/Shanghai" })).not.toBe(digest());
  });

  test("is taken again for another release, address or secret, and shows none of the secrets", () => {
    const { release, public_url, secrets } = preflightOf().triggers;

    expect(release).toBe("${var.RELEASE}");
    expect(public_url).toBe("${var.NEXT_PUBLIC_API_URL}");
    expect(secrets).toMatch(/^\$\{substr\(nonsensitive\(sha256\(.*\)\), 0, 4\)\}$/);
  });

  test("refuses invalid limits, all at once", () => {
    const wrong = {
      leastMemoryMiB: -1,
      maxClockSeconds: 0,
      leastInodes: 1.5,
      programs: ["jq; rm"],
      architectures: [""],
    };

    expect(() => made(wrong)).toThrow(
      new ConfigurationError(
        "invalid settings for test/preflight:\n" +
          "  leastMemoryMiB is -1: expected a whole number of MiB, such as 1024\n" +
          "  leastInodes is 1.5: expected a whole number, such as 20000\n" +
          "  maxClockSeconds is 0: expected a whole number of seconds, such as 60\n" +
          '  architectures.0 is "": expected a name such as x86_64\n' +
          '  programs.0 is "jq; rm": expected a name such as jq',
      ),
    );
  });
});
