import { readFileSync } from "node:fs";
import { join } from "node:path";
import { KeptFiles } from "../../constructs/local/kept-files";
import { LocalFiles } from "../../constructs/local/local-files";
import { LocalPlace } from "../../constructs/local/local-place";
import { LocalRollout } from "../../constructs/local/local-rollout";
import { declared } from "../support/declared";
import { temporaryFolder } from "../support/temporary-folder";
import { TestStack } from "../support/test-stack";

describe("the system on a developer's machine", () => {
  const stack = new TestStack();
  const folder = temporaryFolder();
  const place = new LocalPlace(stack);
  const rollout = new LocalRollout(new LocalFiles(stack, "files"), new KeptFiles(folder));

  test("runs for development, and needs nothing to be there first", () => {
    expect(place.nodeEnv).toBe("development");
    expect(place.after).toEqual([]);
  });

  test("leaves the files of the data tier to Docker", () => {
    expect(place.dataFolder()).toBeUndefined();
  });

  test("keeps logs and uploads of services in volumes that Terraform knows, and removes", () => {
    const mounts = [place.logs(declared("user-service")), place.uploads(declared("asset-service"))];

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
    expect(place.written).toEqual(mounts);
  });

  test("keeps the gateway's log in the container", () => {
    expect(place.logs(declared("nginx"))).toBeUndefined();
  });

  test("keeps the gateway's configuration where no synthesis removes it, under a name that changes with it", () => {
    // WHEN
    const paths = ["events {}", "events { }", "events {}"].map(
      (text) => stack.resolved(rollout.gatewayFiles(stack, text).folder) as string,
    );

    // THEN
    const [first = "", second, third] = paths;
    expect(first).toMatch(/^\$\{local\.folder\}\/containers\/gateway-[0-9a-f]{12}$/);
    expect([second === first, third === first]).toEqual([false, true]);
    const path = first.replace("${local.folder}", folder);
    expect(readFileSync(join(path, "nginx.conf"), "utf8")).toBe("events {}");
  });
});
