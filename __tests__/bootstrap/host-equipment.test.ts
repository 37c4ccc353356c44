import { BootstrapStack } from "../../constructs/bootstrap/bootstrap-stack";
import type { HostEquipmentSettings } from "../../constructs/bootstrap/host-equipment";
import { script, scriptLines, synthesise } from "../support/stack-json";
import { testApp } from "../support/test-stack";

const stack = (settings?: HostEquipmentSettings) =>
  synthesise(new BootstrapStack(testApp(), "bootstrap", settings));

const exported = (settings?: HostEquipmentSettings) =>
  scriptLines(script(stack(settings), "host_equipment")).filter((line) => line.startsWith("export "));

describe("the bootstrap", () => {
  test("needs no Docker, and has a state of its own", () => {
    const { provider, resource, terraform } = stack();

    expect(Object.keys(provider)).toEqual(["null"]);
    expect(Object.keys(resource)).toEqual(["null_resource"]);
    expect(terraform.backend.local?.path).toBe("../../../terraform.bootstrap.tfstate");
  });

  test("asks for the same variables as the production stack to find the host, and no others", () => {
    expect(Object.keys(stack().variable).filter((name) => !name.startsWith("SSH_"))).toEqual(["SERVER_IP"]);
  });

  test("takes Docker Engine 25 or later from the distribution, and updates by itself", () => {
    expect(exported()).toEqual([
      "export DOCKER_SOURCE='distribution'",
      "export DOCKER_REPOSITORY='https://download.docker.com'",
      "export LEAST_DOCKER='25'",
      "export PACKAGES=''",
      "export DEPLOY_USER=''",
      "export SECURITY_UPDATES='yes'",
    ]);
  });

  test("follows the team's settings", () => {
    const settings = {
      dockerSource: "docker",
      dockerRepository: "https://mirror.example/docker",
      deployUser: "deploy",
      securityUpdates: false,
      packages: ["restic"],
    } as const;

    expect(exported(settings)).toEqual([
      "export DOCKER_SOURCE='docker'",
      "export DOCKER_REPOSITORY='https://mirror.example/docker'",
      "export LEAST_DOCKER='25'",
      "export PACKAGES='restic'",
      "export DEPLOY_USER='deploy'",
      "export SECURITY_UPDATES='no'",
    ]);
  });

  test("runs again on a new VM under the same address", () => {
    expect(script(stack(), "host_equipment").triggers.host_keys).toBe(
      "${substr(sha256(var.SSH_HOST_KEYS), 0, 12)}",
    );
  });

  test.each<[string, HostEquipmentSettings, string]>([
    [
      "another source of Docker",
      { dockerSource: "snap" as "docker" },
      'dockerSource is "snap": expected "distribution" or "docker"',
    ],
    [
      "a repository that is no URL",
      { dockerRepository: "download.docker.com" },
      'dockerRepository is "download.docker.com": expected a URL without "/" at its end, such as https://download.docker.com',
    ],
    [
      "a command for a login",
      { deployUser: "deploy; reboot" },
      'deployUser is "deploy; reboot": expected the name of a login, such as "deploy"',
    ],
    [
      "root for the login that deploys",
      { deployUser: "root" },
      'deployUser is "root": expected a login that is not root: leave deployUser out',
    ],
  ])("refuses %s", (_what, settings, finding) => {
    expect(() => stack(settings)).toThrow(
      expect.objectContaining({
        name: "ConfigurationError",
        message: `invalid settings for bootstrap/equipment:\n  ${finding}`,
      }) as Error,
    );
  });
});
