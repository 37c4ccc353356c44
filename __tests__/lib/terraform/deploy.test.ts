import { deployStep, plainLine, terraformError } from "../../../lib/terraform/deploy";

describe("a line of cdktf's output", () => {
  test.each([
    ["prod  Apply complete! Resources: 24 added", "Apply complete! Resources: 24 added"],
    [
      "\u001b[2K\u001b[1A\u001b[2K\u001b[Gprod  docker_image.web: Creating...",
      "docker_image.web: Creating...",
    ],
    ["      \u001b[31m│\u001b[0m \u001b[0mError: no such image\u001b[0m", "Error: no such image"],
    ["production is a word", "production is a word"],
  ])("%j is read as %j", (line, text) => {
    expect(plainLine(line)).toBe(text);
  });

  test.each([
    "",
    "\u001b[2K\u001b[1A\u001b[2K\u001b[G",
    "⠙  Synthesizing",
    "1 Stack deploying     0 Stacks done     0 Stacks waiting",
  ])("%j says nothing", (line) => {
    expect(plainLine(line)).toBeUndefined();
  });
});

describe("a step of a deployment", () => {
  test.each([
    [
      "docker_container.nginx (emaintenance/gateway/container): Creating...",
      "docker_container.nginx: Creating...",
    ],
    [
      "docker_container.nginx (emaintenance/gateway/container): Creation complete after 2s [id=96873a]",
      "docker_container.nginx: Creation complete after 2s",
    ],
    [
      "null_resource.switch: Destruction complete after 0s",
      "null_resource.switch: Destruction complete after 0s",
    ],
    ["Plan: 24 to add, 0 to change, 0 to destroy.", "Plan: 24 to add, 0 to change, 0 to destroy."],
  ])("%j becomes %j", (line, step) => {
    expect(deployStep(line)).toBe(step);
  });

  test.each(['+ name = "web"', "docker_image.web: Refreshing state... [id=sha256:1]", "Outputs:"])(
    "%j is no step",
    (line) => {
      expect(deployStep(line)).toBeUndefined();
    },
  );
});

describe("the error of a failed deployment", () => {
  test("starts with Terraform's own words", () => {
    const output = [
      "⠙  Processing",
      "prod  docker_image.web: Creating...",
      "prod  ╷",
      "      │ Error: unable to pull image nowhere/web:1",
      "      │ ",
      "      │   with docker_image.web (emaintenance/web/image),",
      "      ╵",
      "1 Stack deploying     0 Stacks done     0 Stacks waiting",
    ].join("\n");
    expect(terraformError(output)).toBe(
      "Error: unable to pull image nowhere/web:1\n  with docker_image.web (emaintenance/web/image),",
    );
  });

  test("has before it what the script on the host said, which Terraform's words leave out", () => {
    const preflight = (line: string) => `prod  null_resource.preflight (remote-exec): ${line}`;
    const output = [
      "prod  null_resource.kept_data (remote-exec): nothing to say",
      preflight("Connecting to remote host via SSH..."),
      preflight("  Host: 198.51.100.2"),
      preflight("Connected!"),
      preflight('{"host":"vm1"}'),
      preflight("result   check          found"),
      preflight("error    clock          the clock of vm1 is 3600 seconds behind"),
      "prod  ╷",
      "      │ Error: remote-exec provisioner error",
      "      │   with null_resource.preflight (preflight/preflight/script),",
      '      │ error executing "/tmp/terraform_1.sh": Process exited with status 1',
      "      ╵",
    ].join("\n");
    expect(terraformError(output)).toBe(
      [
        "result   check          found",
        "error    clock          the clock of vm1 is 3600 seconds behind",
        // A line of nothing parts the two.
        "",
        "Error: remote-exec provisioner error",
        "  with null_resource.preflight (preflight/preflight/script),",
        'error executing "/tmp/terraform_1.sh": Process exited with status 1',
      ].join("\n"),
    );
  });

  test("is the end of the output if nothing is called an error", () => {
    expect(terraformError("one\n\ntwo\n")).toBe("one\ntwo");
  });
});
