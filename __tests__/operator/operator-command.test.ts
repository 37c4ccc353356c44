import { OperatorCommand } from "../../constructs/operator/operator-command";
import { HostConnection } from "../../constructs/ssh/host-connection";
import { HostLayout } from "../../constructs/ssh/host-layout";
import { type HostFile, operatorFiles } from "../../constructs/operator/operator-files";
import { describeSystem } from "../../constructs/operator/system-description";
import { ProductionStack, type ProductionStackProps } from "../../constructs/production/production-stack";
import { script, synthesise } from "../support/stack-json";
import { testApp } from "../support/test-stack";

const SERVER = "/opt/emaintenance/deploy/Server";

/** The part in a production stack; where the stack has one already, that one. */
function part(settings?: ProductionStackProps) {
  const stack = new ProductionStack(testApp(), "prod", settings);
  if (!stack.node.findAll().some((one) => one instanceof OperatorCommand)) {
    const connection = stack.node.findAll().find((one) => one instanceof HostConnection);
    if (connection === undefined) throw new Error("the stack has no connection");
    new OperatorCommand(stack, "operator", { connection, layout: new HostLayout(), system: stack.system });
  }
  return script(synthesise(stack), "operator_command");
}

const { system } = new ProductionStack(testApp(), "prod");
const layout = new HostLayout();
const files = new Map(operatorFiles(layout, describeSystem(system, layout)).map((file) => [file.path, file]));
const text = (path: string): string => {
  const file = files.get(path);
  return file && "text" in file ? file.text : "";
};

describe("the operator's command", () => {
  test("is on every user's PATH, with completion", () => {
    expect(files.get("/usr/local/bin/emaintenance")).toMatchObject({
      link: `${SERVER}/scripts/emaintenance.sh`,
    });
    expect(text("/usr/share/bash-completion/completions/emaintenance")).toContain("complete -F");
  });

  test.each([
    "scripts/system-status.sh",
    "scripts/docker-safety-check.sh",
    "infrastructure/health-check.sh",
    "user-service/health-check.sh",
    "work-order-service/health-check.sh",
    "asset-service/health-check.sh",
    "web-service/health-check.sh",
    "nginx/health-check.sh",
  ])("has the deployment document's %s", (path) => {
    expect(files.get(`${SERVER}/${path}`)).toMatchObject({ mode: "0755" });
    expect(text(`${SERVER}/${path}`)).toMatch(/^#!\/usr\/bin\/env bash\n[\s\S]*set -euo pipefail/);
  });

  test("leads each of its words to a script that says in a line what it does", () => {
    const verbs = [...files.keys()].filter((path) => path.startsWith(`${SERVER}/scripts/verbs/`));
    expect(verbs.length).toBeGreaterThanOrEqual(8);
    for (const verb of verbs) {
      const { link } = files.get(verb) as Extract<HostFile, { link: string }>;
      expect(text(`${SERVER}/scripts/${link.replace("../", "")}`)).toMatch(/^# summary: \S/m);
    }
  });

  test("reads from its library nothing that it does not bring", () => {
    const read = [...files.values()].flatMap((file) =>
      "text" in file
        ? Array.from(file.text.matchAll(/^\. "\$scripts\/(lib\/[a-z]+\.sh)"/gm), ([, path]) => path ?? "")
        : [],
    );
    expect(read.length).toBeGreaterThan(0);
    for (const path of read) expect(files.has(`${SERVER}/scripts/${path}`)).toBe(true);
  });

  test("brings the description of this very system", () => {
    expect(JSON.parse(text(`${SERVER}/scripts/lib/system.json`))).toEqual(describeSystem(system, layout));
  });

  test("is laid down again when the system has other ports, and not when nothing has changed", () => {
    const digest = (settings?: ProductionStackProps) => part(settings).triggers.digest;
    expect(digest()).toBe(digest());
    expect(digest({ web: { healthPath: "/well" } })).not.toBe(digest());
  });
});
