import { inspect, removeQuietly, uniqueName } from "./support/engine";
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
afterAll(async () => {
  await workspace.close();
  await removeQuietly("container", name);
});

test("a container that does not get healthy in time stays, is tainted, and is replaced by the next apply", async () => {
  const words = await workspace.failure(
    container({ healthcheck: NEVER_HEALTHY, wait: true, wait_timeout: 3 }),
  );
  expect(words).toContain(`container "${name}" was not healthy after 3 s: its state is unhealthy`);
  expect(words).toContain(
    "Expected: the state healthy within wait_timeout. The container stays as it is, and Terraform replaces it in the next " +
      `apply. Remedy: look at \`docker logs ${name}\` and at \`docker inspect --format '{{json .State.Health}}' ${name}\`.`,
  );
  const { Id } = await inspect(name);
  expect(workspace.isTainted(ADDRESS)).toBe(true);
  expect(workspace.state(ADDRESS)).toMatchObject({ id: Id });

  const fixed = container({ healthcheck: HEALTHY, wait: true, wait_timeout: 30 });
  expect(await workspace.plan(fixed)).toEqual({ [ADDRESS]: "replace" });
  await workspace.apply();
  expect((await inspect(name)).Id).not.toBe(Id);
  expect(await workspace.plan()).toEqual({});
});
