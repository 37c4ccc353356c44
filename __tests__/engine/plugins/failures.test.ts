import { docker, exists, inspect, removeQuietly, uniqueName } from "./support/engine";
import { tinyImage } from "./support/tiny-image";
import { Workspace } from "./support/workspace";

jest.setTimeout(180_000);

const image = tinyImage();
const name = uniqueName("fails");
const ADDRESS = "docker_container.web";
const workspace = new Workspace();

const HEALTHY = { test: ["CMD", "true"], interval: "1s", timeout: "2s", retries: 1 };
const NEVER_HEALTHY = { ...HEALTHY, test: ["CMD", "test", "-e", "/no-such-file"] };

function container(change: object = {}) {
  return { docker_container: { web: { name, image: image.id(), destroy_grace_seconds: 0, ...change } } };
}

beforeAll(() => workspace.init(container()));
afterEach(async () => {
  try {
    await workspace.apply({});
  } finally {
    await removeQuietly("container", name);
  }
});
afterAll(() => workspace.close());

test("a container that does not get healthy in time stays, is tainted, and is replaced by the next apply", async () => {
  const words = await workspace.failure(
    container({ healthcheck: NEVER_HEALTHY, wait: true, wait_timeout: 3 }),
  );
  expect(words).toContain(`container "${name}" was not healthy after 3 s: its state is unhealthy`);
  expect(words).toContain(
    "Expected: the state healthy within wait_timeout. The container stays as it is, and Terraform replaces it in the next " +
      `apply. To mend: look at \`docker logs ${name}\` and at \`docker inspect --format '{{json .State.Health}}' ${name}\`.`,
  );
  const { Id } = await inspect(name);
  expect(workspace.isTainted(ADDRESS)).toBe(true);
  expect(workspace.state(ADDRESS)).toMatchObject({ id: Id });

  const mended = container({ healthcheck: HEALTHY, wait: true, wait_timeout: 30 });
  expect(await workspace.plan(mended)).toEqual({ [ADDRESS]: "replace" });
  await workspace.apply();
  expect((await inspect(name)).Id).not.toBe(Id);
  expect(await workspace.plan()).toEqual({});
});

test("waiting for a container without a health check is refused with the mend", async () => {
  const words = await workspace.failure(container({ wait: true }));
  expect(words).toContain(`container "${name}" has wait = true and no health check`);
  expect(words).toContain(
    "Expected: a healthcheck block, or one in the image. To mend: add it, or remove `wait`.",
  );
});

test("a container that ends at once is reported, and nothing of it stays", async () => {
  const words = await workspace.failure(container({ command: ["sh", "-c", "exit 7"] }));
  expect(words).toContain(`container "${name}" exited immediately, with exit code 7`);
  expect(await exists("container", name)).toBe(false);
  expect(workspace.state(ADDRESS)).toBeUndefined();
});

test("a name that is taken is the engine's error, and leaves the other container alone", async () => {
  const other = await docker("run", "--detach", "--name", name, image.id());
  const words = await workspace.failure(container());
  expect(words).toContain(
    "Unable to create container: Error response from daemon: Conflict. The container name " +
      `"/${name}" is already in use by container "${other}".`,
  );
  expect(workspace.state(ADDRESS)).toBeUndefined();
  expect((await inspect(name)).Id).toBe(other);
});

test("an image that is neither present nor pullable is named, with what was tried and the mend", async () => {
  const missing = "registry.invalid/emaintenance/missing:1";
  const words = await workspace.failure({ docker_image: { missing: { name: missing } } });
  expect(words).toContain(
    `unable to find or pull image "${missing}": pulling it failed: Error response from daemon: `,
  );
  expect(words).toContain(
    "Tried: the images of the engine by that reference, then a pull without a login. Expected: an image that is present or " +
      "pullable. To mend: check the spelling, the tag and the login; bring it onto the host by hand with `docker pull`, or with " +
      "`docker save IMAGE | ssh HOST docker load`.",
  );
});

test("a field that the plugin does not know is refused at plan, before anything is made", async () => {
  const words = await workspace.failure(container({ privileged: true }), "plan", "-input=false");
  expect(words).toContain(
    `docker_container "${name}" sets "privileged", which the offline plugin does not support`,
  );
  expect(words).toContain("or add the field to rehearsal/plugins/docker/unsupported.ts.");
});

test("a network that does not exist leaves a tainted container", async () => {
  const words = await workspace.failure(container({ networks_advanced: { name: `${name}-missing` } }));
  expect(words).toContain(`Error response from daemon: network ${name}-missing not found`);
  expect(workspace.isTainted(ADDRESS)).toBe(true);
});

test("a container that somebody removed since the refresh is an error of destroy, as with the real plugin", async () => {
  await workspace.apply(container());
  const { Id } = await inspect(name);
  await docker("rm", "--force", name);
  const words = await workspace.failure(
    container(),
    "destroy",
    "-auto-approve",
    "-refresh=false",
    "-input=false",
  );
  expect(words).toContain(
    `Error deleting container ${Id}: Error response from daemon: No such container: ${Id}`,
  );
});

test("start_interval needs an engine that knows it", async () => {
  const version = await docker("version", "--format", "{{.Server.APIVersion}}");
  const [, minor = 0] = version.split(".").map(Number);
  const configured = container({ healthcheck: { ...HEALTHY, start_interval: "1s" } });
  if (minor >= 44) {
    await workspace.apply(configured);
    expect(await workspace.plan()).toEqual({});
    return;
  }
  const words = await workspace.failure(configured);
  expect(words).toContain(
    'Unable to create container: "specify health-check start interval" requires API version 1.44, but the Docker daemon API ' +
      `version is ${version}`,
  );
  expect(await exists("container", name)).toBe(false);
});
