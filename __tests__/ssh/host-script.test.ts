import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { template } from "../../constructs/templates";
import { HostScript, type HostScriptProps } from "../../constructs/ssh/host-script";
import { confirmation, laidFiles, script, scriptLines, type ScriptJson } from "../support/stack-json";
import { temporaryFolder } from "../support/temporary-folder";
import { TestStack } from "../support/test-stack";

/** The script's own file goes as soon as it runs; there is nothing in it that Terraform would read. */
const BEGINNING = [
  "#!/usr/bin/env bash",
  "set -euo pipefail",
  template("ssh/own-file.sh").replace("${", "$${"),
];

function made(props: Partial<HostScriptProps> = {}): ScriptJson {
  const stack = new TestStack();
  new HostScript(stack, "lay-down", { connection: stack.connection, script: "echo done", ...props });
  return script(stack.synthesise(), "lay_down");
}

describe("a script on the host", () => {
  test("runs in bash, over the one pinned connection", () => {
    const json = made();

    expect(scriptLines(json)).toEqual([...BEGINNING, "echo done"]);
    expect(json.provisioner).toHaveLength(1);
    expect(json.connection).toMatchObject({
      type: "ssh",
      host: "${var.SERVER_IP}",
      host_key: "${local.host_key}",
    });
  });

  test("finds its environment, quoted, before its first line", () => {
    const json = made({ environment: { FOLDER: "/opt/a b", IMAGE: "${docker_image.nginx.image_id}" } });

    expect(scriptLines(json)).toEqual([
      ...BEGINNING,
      "export FOLDER='/opt/a b'",
      "export IMAGE='${docker_image.nginx.image_id}'",
      "echo done",
    ]);
  });

  test("keeps its shell's own ${ }, as its files do: neither is a part of what Terraform parses", () => {
    const json = made({ script: 'echo "${HOME}"', files: { "/opt/nginx.conf": "return ${x};" } });

    expect(scriptLines(json).at(-1)).toBe('echo "${HOME}"');
    expect(laidFiles(json)).toEqual({ "/opt/nginx.conf": "return ${x};" });
    expect(JSON.stringify(json.provisioner)).not.toMatch(/HOME|return/);
  });

  test("finds its files, whole and readable, over the same connection", () => {
    const folder = temporaryFolder();
    const text = `it's ${"$"}{HOME}\n\\ END\nEND\nä ${"x".repeat(100_000)}`;
    const path = join(folder, "below", "a.conf");
    const json = made({
      folder: join(folder, "below"),
      files: { [path]: text, [join(folder, "below", "b")]: "" },
      script: `stat -c %a '${path}'`,
    });

    expect(json.provisioner).toHaveLength(1);
    const run = () => execFileSync("bash", ["-c", scriptLines(json).join("\n")], { encoding: "utf8" });
    expect([run(), run()]).toEqual(["644\n", "644\n"]);
    expect(readFileSync(path, "utf8")).toBe(text);
    expect(readFileSync(join(folder, "below", "b"), "utf8")).toBe("");
  });

  test("does not run if a file cannot be laid down, and fails with its own exit code", () => {
    const run = (props: Partial<HostScriptProps>) => {
      const input = scriptLines(made(props)).join("\n");
      const { status, stdout } = spawnSync("bash", ["-c", input], { encoding: "utf8" });
      return { status, stdout };
    };

    expect(run({ files: { "/proc/none/a": "a" } })).toEqual({ status: 1, stdout: "" });
    expect(run({ script: "echo before; exit 7" })).toEqual({ status: 7, stdout: "before\n" });
  });

  test("makes a folder for a secret before that travels, which is the one thing that travels alone", () => {
    const secretFile = { folder: "/opt/part/secret", name: "key", content: "${var.KEY}" };
    const json = made({ folder: "/opt/part", files: { "/opt/part/a": "a" }, secretFile });

    expect(json.provisioner.map((one) => Object.keys(one)[0])).toEqual([
      "remote-exec",
      "file",
      "remote-exec",
    ]);
    expect(json.provisioner[0]?.["remote-exec"]?.inline).toEqual([
      ...BEGINNING,
      "mkdir -p '/opt/part'",
      "install -d -m 0700 '/opt/part/secret'",
    ]);
    expect(json.provisioner[1]?.file).toEqual({ content: "${var.KEY}", destination: "/opt/part/secret/key" });
  });

  test("makes the folder for scripts first if it is the first one, without a script in a file", () => {
    const json = made({ environmentAtRun: { NOW: "${timestamp()}" }, first: true });

    expect(json.provisioner.map((one) => Object.keys(one)[0])).toEqual(["local-exec", "remote-exec"]);
    expect(json.provisioner[0]?.["local-exec"]).toMatchObject({
      quiet: true,
      environment: {
        SSH_HOST: "${var.SERVER_IP}",
        SSH_SCRIPT: expect.stringContaining("chmod 0700") as string,
      },
    });
    expect(scriptLines(json)).toContain("export NOW='${timestamp()}'");
    expect(made({ environmentAtRun: { NOW: "${timestamp()}" } }).triggers).toEqual(made().triggers);
  });

  test("is confirmed over a connection of its own, which is tried for longer", () => {
    const json = made({ confirm: 'echo "${HOME}"' });

    expect(json.provisioner).toHaveLength(2);
    expect(json.provisioner[1]?.["remote-exec"]?.connection).toEqual({ ...json.connection, timeout: "2m" });
    expect(confirmation(json)).toBe([...BEGINNING, 'echo "${HOME}"'].join("\n"));
  });

  test("runs after what must be there first", () => {
    const stack = new TestStack();
    const { connection, variables } = stack;

    new HostScript(stack, "lay-down", { connection, script: "true", after: [variables.release] });

    expect(script(stack.synthesise(), "lay_down").depends_on).toEqual(["var.RELEASE"]);
  });

  test("gets every character of its environment as it is", () => {
    const value = `it's "so" $HOME \\ \`id\` *`;
    const json = made({ script: 'printf %s "$VALUE"', environment: { VALUE: value } });

    expect(execFileSync("bash", ["-c", scriptLines(json).join("\n")], { encoding: "utf8" })).toBe(value);
  });
});

describe("a script on the host runs again", () => {
  const triggers = (props: Partial<HostScriptProps> = {}) => made(props).triggers;

  test("on another host", () => {
    expect(triggers().host).toBe("${var.SERVER_IP}");
  });

  test.each<[string, Partial<HostScriptProps>]>([
    ["when it has changed", { script: "echo changed" }],
    ["when what confirms it has changed", { confirm: "echo changed" }],
    ["when a file has changed", { files: { "/opt/a": "changed" } }],
    ["when a file goes elsewhere", { files: { "/opt/b": "a" } }],
    ["when its environment has changed", { environment: { A: "changed" } }],
    ["when what it is for has changed", { triggers: { container: "changed" } }],
  ])("%s", (_when, change) => {
    const usual = { files: { "/opt/a": "a" }, environment: { A: "1" }, triggers: { container: "1" } };

    expect(triggers({ ...usual, ...change })).not.toEqual(triggers(usual));
    expect(triggers(usual)).toEqual(triggers({ ...usual }));
  });
});
