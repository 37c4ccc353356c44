import { ApiService } from "../../constructs/api/api-service";
import { Web } from "../../constructs/web/web";
import { Gate } from "../../constructs/rollout/gate";
import { VmRollout } from "../../constructs/production/vm-rollout";
import { template } from "../../constructs/templates";
import { declared } from "../support/declared";
import { FakeHost } from "../support/fake-host";
import { script, scriptLines } from "../support/stack-json";
import { TestStack } from "../support/test-stack";

describe("the gate behind new containers", () => {
  test("asks each service at its port and health path, over the network", () => {
    // GIVEN
    const stack = new TestStack();
    const { connection, layout, network, deployment } = stack;
    const rollout = new VmRollout({ connection, layout, deployment });
    const common = { network, nodeEnv: "production" };
    const user = new ApiService(stack, "user-service", {
      declaration: declared("user-service"),
      ...common,
      image: stack.image("user-service"),
      port: 4001,
      healthPath: "/ready?strict=${yes}",
      replicas: 2,
      corsOrigin: "http://localhost",
    });
    const web = new Web(stack, "web", {
      ...common,
      image: stack.image("web"),
      publicUrl: "http://localhost",
    });

    // WHEN
    rollout.readinessGate(stack, user);
    rollout.readinessGate(stack, web);

    // THEN
    const json = stack.synthesise();
    expect(scriptLines(script(json, "user_service_gate"))).toEqual(
      expect.arrayContaining([
        "export NETWORK='${docker_network.network.name}'",
        "export PORT='4001'",
        "export HEALTH_PATH='/ready?strict=$${yes}'",
      ]),
    );
    expect(script(json, "user_service_gate").triggers.CONTAINERS).toBe(
      "emaintenance-user-service=${docker_container.user_service.id} emaintenance-user-service-2=${docker_container.user_service_2.id}",
    );
    expect(scriptLines(script(json, "web_gate"))).toEqual(
      expect.arrayContaining(["export PORT='3000'", "export HEALTH_PATH='/api/health'"]),
    );
  });

  test("asks a service without a health path for a connection only", () => {
    const stack = new TestStack();
    const { connection } = stack;
    new Gate(stack, "gate", { connection, service: "mailer", containers: [], port: 25 });
    expect(scriptLines(script(stack.synthesise(), "mailer_gate"))).toContain("export HEALTH_PATH=''");
  });
});

describe("what a container prints", () => {
  const plain = async (text: string) => {
    const host = new FakeHost();
    const { stdout } = await host.shell(
      ["/bin/bash", "-c", `${template("shared/untrusted.sh")}\nprintable_lines`],
      text,
      {},
    );
    return stdout;
  };

  test.each([
    ["as it is", "a line\nanother, with é and 中\n", "a line\nanother, with é and 中\n"],
    ["without colours and titles", "\u001b[31mred\u001b]0;title\u0007", "red?]0;title?"],
    ["without control characters of Unicode", "\u009b31mred", "?31mred"],
    ["without what overwrites a line", "fine\rwrong\b\u007f", "fine?wrong??"],
    ["with its tabs", "a\tb", "a\tb"],
    ["cut, where a line is long", "x".repeat(600), `${"x".repeat(500)}...`],
  ])("reaches the terminal %s", async (_how, text, shown) => {
    expect(await plain(text)).toBe(shown);
  });
});
