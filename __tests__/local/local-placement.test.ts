import { readFileSync } from "node:fs";
import { join } from "node:path";
import { App } from "cdktf";
import { LocalPlacement } from "../../constructs/local/local-placement";
import { TestStack } from "../support/test-stack";

describe("the system on a developer's machine", () => {
  const placement = new LocalPlacement();

  test("runs for development, and needs nothing to be there first", () => {
    expect(placement.nodeEnv).toBe("development");
    expect(placement.after).toEqual([]);
  });

  test("leaves the files of the data tier to Docker", () => {
    expect(placement.dataFolder()).toBeUndefined();
  });

  test("keeps logs and uploads of services in volumes of their own, and the gateway's log in the container", () => {
    expect(placement.logs("web")).toEqual({
      volumeName: "emaintenance-web-logs",
      containerPath: "/app/logs",
    });
    expect(placement.logs("nginx")).toBeUndefined();
    expect(placement.uploads("asset-service")).toEqual({
      volumeName: "emaintenance-asset-service-uploads",
      containerPath: "/app/uploads",
    });
  });

  test("writes the gateway's configuration into the output folder", () => {
    // GIVEN
    const stack = new TestStack();

    // WHEN
    const files = placement.gatewayFiles(stack, "events {}");

    // THEN
    const { outdir } = App.of(stack);
    expect(readFileSync(join(outdir, "gateway-configuration", "nginx.conf"), "utf8")).toBe("events {}");
    expect(stack.resolved(files.folder)).toMatch(/^\$\{abspath\("assets\//);
  });
});
