import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { deploy } from "../../../lib/terraform/deploy";
import { temporaryFolder } from "../../support/temporary-folder";

/** A folder with a cdktf.json whose app writes one stack; its resource, which needs no plugin, runs a script. */
function workingDirectory(script: string): string {
  const directory = temporaryFolder();
  const stack = {
    variable: { WORD: { default: "none" } },
    resource: {
      terraform_data: {
        job: { provisioner: { "local-exec": { command: script, environment: { WORD: "${var.WORD}" } } } },
      },
    },
    terraform: { backend: { local: { path: "../../../terraform.prod.tfstate" } } },
  };
  writeFileSync(join(directory, "stack.json"), JSON.stringify(stack));
  writeFileSync(join(directory, "own.auto.tfvars.json"), JSON.stringify({ WORD: "from the folder" }));
  const app = "mkdir -p cdktf.out/stacks/prod && cp stack.json cdktf.out/stacks/prod/cdk.tf.json";
  writeFileSync(join(directory, "cdktf.json"), JSON.stringify({ app }));
  mkdirSync(join(directory, "cdktf.out"), { recursive: true });
  return directory;
}

/** Deploys it; what was said, and what the log holds. */
async function deployed(directory: string, say: (line: string) => void, interruption?: Promise<void>) {
  const log = join(directory, "deploy.log");
  await deploy(directory, ["prod"], { kind: "real" }, log, say, interruption);
  return readFileSync(log, "utf8");
}

describe("a deploy of a working directory", () => {
  test("synthesises, applies with the values of the folder, prints its steps, and logs all of it", async () => {
    const directory = workingDirectory('echo "the word is $WORD"');
    const said: string[] = [];

    const log = await deployed(directory, (line) => said.push(line));

    expect(said.map((line) => line.replace(/ after \d+s/, ""))).toEqual(
      expect.arrayContaining(["  the word is from the folder", "terraform_data.job: Creation complete"]),
    );
    expect(log).toContain("Plan: 1 to add, 0 to change, 0 to destroy.");
    expect(existsSync(join(directory, "terraform.prod.tfstate"))).toBe(true);
  });

  test("that fails says what its script printed, and where the log is", async () => {
    const directory = workingDirectory("echo no room on the disk; exit 7");

    const failure = deployed(directory, () => undefined);

    await expect(failure).rejects.toThrow(
      /exit status 7[^]*no room on the disk[^]*the whole log: .*deploy\.log/,
    );
  });

  test("that is interrupted has what it began in its state, so that the next one goes on", async () => {
    const directory = workingDirectory("echo begun; test -e again || sleep 60");
    let interrupt = (): void => undefined;
    const interruption = new Promise<void>((resolve) => (interrupt = resolve));

    const first = deployed(directory, (line) => void (line === "  begun" && interrupt()), interruption);

    await expect(first).rejects.toThrow("the whole log");
    const state = () => readFileSync(join(directory, "terraform.prod.tfstate"), "utf8");
    expect(state()).toContain('"status": "tainted"');
    // AND the next deploy does what is left
    writeFileSync(join(directory, "cdktf.out/stacks/prod/again"), "");
    await deployed(directory, () => undefined);
    expect(state()).not.toContain("tainted");
  });
});
