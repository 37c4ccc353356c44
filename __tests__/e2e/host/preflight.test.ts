import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "../../../lib/run";
import { temporaryFolder } from "../../support/temporary-folder";
import { outside, rehearsal } from "../support/rehearsal";

const OTHER_KEY =
  "198.51.100.1 ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ2Fq0xXfM3Hq4bpZkQ0t3n2dRrkP9VwYkq8m8zQ1xAb";

/** All that a deployment makes on the host, with owners, modes, sizes and times; not what the programs themselves write. */
async function listing(): Promise<string> {
  const lines = [
    "docker ps --all --no-trunc --format '{{.ID}} {{.Names}} {{.State}}' | sort",
    "docker volume ls --quiet | sort",
    "docker network ls --no-trunc --quiet | sort",
    "docker image ls --no-trunc --format '{{.ID}} {{.Repository}}:{{.Tag}}' | sort",
    "find /opt/emaintenance /etc /usr/local -path '/opt/emaintenance/data/*' -prune -o -path '/opt/emaintenance/logs/*' -prune " +
      "-o -path /opt/emaintenance/status -prune -o -printf '%p %u %g %m %s %T@\\n' | sort",
  ];
  const { stdout } = await run(["docker", "exec", rehearsal().container, "bash", "-c", lines.join("; ")]);
  return stdout;
}

describe("a plan for a host that is not the one", () => {
  test.each([
    [
      "another machine answers",
      () => Promise.resolve({ SSH_HOST_KEYS: OTHER_KEY }),
      /key\s+verification\s+failed/i,
    ],
    // Where the host's firewall drops it instead, the answer takes 50 s.
    [
      "nobody answers",
      async () => ({ SERVER_IP: await outside(), SSH_PORT: 2 }),
      /Connection\s+(refused|timed\s+out)/i,
    ],
  ])("stops where %s, and changes nothing", async (_what, values, words) => {
    const before = await listing();
    const file = join(temporaryFolder(), "values.tfvars.json");
    writeFileSync(file, JSON.stringify(await values()));

    // Terraform's own words: of an output that ends in an error, cdktf does not always pass on the end.
    const { directory } = rehearsal();
    const { code, stdout, stderr } = await run(
      [
        ...["terraform", "plan", "-input=false", "-no-color", "-lock=false"],
        ...[`-var-file=${join(directory, "rehearsal.auto.tfvars.json")}`, `-var-file=${file}`],
      ],
      { cwd: join(directory, "cdktf.out/stacks/prod"), allowFailure: true, timeoutSeconds: 300 },
    );

    expect(code).not.toBe(0);
    expect(stdout + stderr).toMatch(words);
    expect(await listing()).toBe(before);
  });
});
