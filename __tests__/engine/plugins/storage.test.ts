import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { docker, exists, uniqueName } from "./support/engine";
import { tinyImage } from "./support/tiny-image";
import { Workspace } from "./support/workspace";

jest.setTimeout(180_000);

const image = tinyImage();
const name = uniqueName("data");
const workspace = new Workspace();
const device = join(workspace.folder, "device");
const shared = join(workspace.folder, "shared");

function resources() {
  return {
    docker_volume: { data: { name, driver_opts: { type: "none", o: "bind", device } } },
    docker_container: {
      db: {
        name,
        image: image.id(),
        volumes: [
          { volume_name: "${docker_volume.data.name}", container_path: "/data" },
          { host_path: shared, container_path: "/shared", read_only: true },
        ],
      },
    },
  };
}

beforeAll(async () => {
  mkdirSync(device);
  mkdirSync(shared);
  writeFileSync(join(shared, "config"), "from the host");
  await workspace.init(resources());
  await workspace.apply();
});
afterAll(() => workspace.close());

test("the container reads the folder of the host, and cannot write to it", async () => {
  expect(await docker("exec", name, "cat", "/shared/config")).toBe("from the host");
  await expect(docker("exec", name, "touch", "/shared/new")).rejects.toThrow("Read-only file system");
});

test("its files survive the removal of the volume, and the next deployment finds them", async () => {
  await docker("exec", name, "sh", "-c", "echo kept > /data/row");
  await workspace.destroy();
  expect(await exists("volume", name)).toBe(false);
  expect(readFileSync(join(device, "row"), "utf8")).toBe("kept\n");
  await workspace.apply();
  expect(await docker("exec", name, "cat", "/data/row")).toBe("kept");
});
