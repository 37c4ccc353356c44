import { exists, inspect, uniqueName } from "../plugins/support/engine";
import { tinyImage } from "../plugins/support/tiny-image";
import { Workspace } from "../plugins/support/workspace";

jest.setTimeout(300_000);

/**
 * The shape of the production stack: everything on the engine depends on a look at the host, and the provider's address
 * comes out of it. Terraform orders creation by the first, and destruction by the second.
 */
const image = tinyImage();
const name = uniqueName("preflight");
const workspace = new Workspace({
  provider: { host: '${try(null_resource.preflight.triggers.engine, "unix:///var/run/docker.sock")}' },
});

const NOWHERE = "nowhere.invalid/none:1";

function resources(reference: string) {
  return {
    null_resource: {
      preflight: {
        triggers: { engine: "unix:///var/run/docker.sock", image: reference },
        lifecycle: { create_before_destroy: true },
        provisioner: [{ "local-exec": { command: `docker image inspect --format there ${reference}` } }],
      },
      folders: { depends_on: ["null_resource.preflight"] },
    },
    docker_image: {
      base: { name: reference, keep_locally: true, depends_on: ["null_resource.folders"] },
    },
    docker_container: {
      web: {
        name,
        image: "${docker_image.base.image_id}",
        command: ["sleep", "600"],
        destroy_grace_seconds: 1,
      },
    },
  };
}

const containerId = async () => (await inspect(name)).Id;

beforeAll(async () => {
  await workspace.init(resources(image.name()));
  await workspace.apply();
});
afterAll(() => workspace.close());

test("an image that is nowhere stops a deployment before the old container is removed, and the way back is free", async () => {
  const before = await containerId();

  // A look that fails
  expect(await workspace.failure(resources(NOWHERE))).toMatch(
    /^Error: local-exec provisioner error with null_resource\.preflight, /,
  );
  expect(await containerId()).toBe(before);

  // is taken again,
  expect(await workspace.plan()).toEqual({
    "null_resource.preflight": "replace",
    "docker_image.base": "replace",
    "docker_container.web": "replace",
  });

  // and with the old image nothing else is to be done.
  await workspace.apply(resources(image.name()));
  expect(await containerId()).toBe(before);
  expect(await workspace.plan()).toEqual({});
});

test("destroy finds its way to the engine and removes all", async () => {
  await workspace.destroy();

  expect(await exists("container", name)).toBe(false);
});
