import { readFileSync } from "node:fs";
import { join } from "node:path";
import { KeptFiles } from "../../constructs/local/kept-files";
import { LocalFiles } from "../../constructs/local/local-files";
import { LocalPlacement } from "../../constructs/local/local-placement";
import { declared } from "../support/declared";
import { temporaryFolder } from "../support/temporary-folder";
import { TestStack } from "../support/test-stack";

describe("the system on a developer's machine", () => {
  const stack = new TestStack();
  const folder = temporaryFolder();
  const placement = new LocalPlacement(stack, new LocalFiles(stack, "files"), new KeptFiles(folder));

  test("runs for development, and needs nothing to be there first", () => {
    expect(placement.nodeEnv).toBe("development");
    expect(placement.after).toEqual([]);
  });

  test("leaves the files of the data tier to Docker", () => {
    expect(placement.dataFolder()).toBeUndefined();
  });

  test("keeps logs and uploads of services in volumes that Terraform knows, and removes", () => {
    const mounts = [placement.logs(declared("user-service")), placement.uploads(declared("asset-service"))];

    expect(stack.resolved(mounts)).toEqual(
      [
        { volume_name: "${docker_volume.emaintenance_user_service_logs.name}", container_path: "/app/logs" },
        {
          volume_name: "${docker_volume.emaintenance_asset_service_uploads.name}",
          container_path: "/app/uploads",
        },
      ].map(({ volume_name, container_path }) => ({
        volumeName: volume_name,
        containerPath: container_path,
      })),
    );
    expect(placement.written).toEqual(mounts);
  });

  test("keeps the gateway's log in the container", () => {
    expect(placement.logs(declared("nginx"))).toBeUndefined();
  });

  test("keeps the gateway's configuration where no synthesis removes it, under a name that changes with it", () => {
    // WHEN
    const paths = ["events {}", "events { }", "events {}"].map(
      (text) => stack.resolved(placement.gatewayFiles(stack, text).folder) as string,
    );

    // THEN
    const [first = "", second, third] = paths;
    expect(first).toMatch(/^\$\{local\.folder\}\/containers\/gateway-[0-9a-f]{12}$/);
    expect([second === first, third === first]).toEqual([false, true]);
    const path = first.replace("${local.folder}", folder);
    expect(readFileSync(join(path, "nginx.conf"), "utf8")).toBe("events {}");
  });
});
