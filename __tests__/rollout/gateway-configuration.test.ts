import { GatewayConfiguration } from "../../constructs/rollout/gateway-configuration";
import { laidFiles, script, scriptLines } from "../support/stack-json";
import { TestStack } from "../support/test-stack";

function made(nginxConf: string) {
  const stack = new TestStack();
  const files = new GatewayConfiguration(stack, "configuration", {
    connection: stack.connection,
    layout: stack.layout,
    nginxConf,
    imageId: stack.image("nginx").imageId,
    after: [stack.variables.release],
    tryAfter: [stack.variables.images],
  });
  const json = stack.synthesise();
  return { files, json: script(json, "gateway_configuration"), trial: script(json, "gateway_trial") };
}

describe("the gateway's configuration on the host", () => {
  const { files, json, trial } = made("return 200 ${request_id};");

  test("lies in the folder of the deployment document", () => {
    expect(files.folder).toBe("/opt/emaintenance/deploy/Server/nginx");
  });

  test("is laid next to the one in use, and its own ${ } stay", () => {
    expect(laidFiles(json)).toEqual({
      "/opt/emaintenance/deploy/Server/nginx/nginx.conf.new": "return 200 ${request_id};",
    });
  });

  test("is tried out with the image that will run it", () => {
    expect(scriptLines(json)).toEqual(
      expect.arrayContaining([
        "export FOLDER='/opt/emaintenance/deploy/Server/nginx'",
        "export MOUNT='/etc/nginx/emaintenance'",
        "export IMAGE='${docker_image.nginx.image_id}'",
        "export CONTAINER='emaintenance-nginx'",
      ]),
    );
  });

  test("is laid down again when it has changed, and after what must be there first", () => {
    expect(made("return 404;").json.triggers.digest).not.toBe(json.triggers.digest);
    expect(json.depends_on).toEqual(["null_resource.gateway_trial", "var.RELEASE"]);
  });

  test("is tried out before that, by itself", () => {
    expect(scriptLines(trial)).toContain("export TRY_ONLY='1'");
    expect(laidFiles(trial)).toEqual(laidFiles(json));
    expect(trial.depends_on).toEqual(["var.IMAGES"]);
    expect(files.tried.map(({ fqn }) => fqn)).toHaveLength(1);
  });

  test("is what the gateway waits for", () => {
    expect(files.ready.map(({ fqn }) => fqn)).toHaveLength(1);
  });
});
