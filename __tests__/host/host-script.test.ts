import { execFileSync } from "node:child_process";
import { HostScript, type HostScriptProps } from "../../constructs/host/host-script";
import { script, scriptLines, type ScriptJson } from "../support/stack-json";
import { TestStack } from "../support/test-stack";

function made(props: Partial<HostScriptProps> = {}): ScriptJson {
  const stack = new TestStack();
  new HostScript(stack, "lay-down", { connection: stack.connection, script: "echo done", ...props });
  return script(stack.synthesise(), "lay_down");
}

describe("a script on the host", () => {
  test("runs in bash, over the one pinned connection", () => {
    const json = made();

    expect(scriptLines(json)).toEqual(["#!/usr/bin/env bash", "echo done"]);
    expect(json.connection).toMatchObject({
      type: "ssh",
      host: "${var.SERVER_IP}",
      host_key: "${local.host_key}",
    });
  });

  test("finds its environment, quoted, before its first line", () => {
    const json = made({ environment: { FOLDER: "/opt/a b", IMAGE: "${docker_image.nginx.image_id}" } });

    expect(scriptLines(json)).toEqual([
      "#!/usr/bin/env bash",
      "export FOLDER='/opt/a b'",
      "export IMAGE='${docker_image.nginx.image_id}'",
      "echo done",
    ]);
  });

  test("keeps its shell's own ${ }, as its files do", () => {
    const json = made({ script: 'echo "${HOME}"', files: { "/opt/nginx.conf": "return ${x};" } });

    expect(scriptLines(json).at(-1)).toBe('echo "$${HOME}"');
    expect(json.provisioner[0]?.file).toEqual({ content: "return $${x};", destination: "/opt/nginx.conf" });
  });

  test("finds its files there before it runs", () => {
    const json = made({ files: { "/opt/a": "a", "/opt/b": "b" } });

    expect(json.provisioner.map((one) => Object.keys(one)[0])).toEqual(["file", "file", "remote-exec"]);
  });

  test("is confirmed over a connection of its own, which is tried for longer", () => {
    const json = made({ confirm: 'echo "${HOME}"' });

    expect(json.provisioner.map((one) => one["remote-exec"])).toEqual([
      { inline: ["#!/usr/bin/env bash", "echo done"] },
      {
        inline: ["#!/usr/bin/env bash", 'echo "$${HOME}"'],
        connection: { ...json.connection, timeout: "2m" },
      },
    ]);
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
