import { docker, exists, uniqueName } from "./support/engine";
import { tinyImage } from "./support/tiny-image";
import { Workspace } from "./support/workspace";

jest.setTimeout(180_000);

const image = tinyImage();
const name = uniqueName("stopped");
const ADDRESS = "docker_container.web";
const workspace = new Workspace();

function container(change: object = {}) {
  return {
    docker_container: {
      web: { name, image: image.id(), container_read_refresh_timeout_milliseconds: 1000, ...change },
    },
  };
}

beforeAll(() => workspace.init(container()));
afterEach(() => workspace.destroy());
afterAll(() => workspace.close());

test("a plan removes a container that should run and does not, and wants a new one", async () => {
  await workspace.apply(container());
  await docker("stop", "--time", "0", name);
  expect(await workspace.plan()).toEqual({ [ADDRESS]: "create" });
  expect(await exists("container", name)).toBe(false);
});

test("with must_run = false it is left alone, and its exit code is known", async () => {
  await workspace.apply(container({ must_run: false }));
  await docker("stop", "--time", "0", name);
  expect(await workspace.plan()).toEqual({});
  await workspace.apply();
  expect(workspace.state(ADDRESS)).toMatchObject({ exit_code: 137 });
  expect(await exists("container", name)).toBe(true);
});

test("a container that exists already can be imported", async () => {
  const id = await docker("run", "--detach", "--name", name, image.id());
  workspace.configure(container());
  await workspace.terraform("import", "-input=false", ADDRESS, id);
  expect(workspace.state(ADDRESS)).toMatchObject({ id, name, image: image.id(), command: ["sleep", "600"] });
});

test("the time to end that destroy_grace_seconds gives is used", async () => {
  const script = "trap 'echo ended > /shared/ended; exit 0' TERM; while true; do sleep 0.1; done";
  const volumes = { host_path: workspace.folder, container_path: "/shared" };
  await workspace.apply(container({ command: ["sh", "-c", script], volumes, destroy_grace_seconds: 20 }));
  await workspace.destroy();
  expect(
    await docker(
      "run",
      "--rm",
      "--volume",
      `${workspace.folder}:/shared`,
      image.id(),
      "cat",
      "/shared/ended",
    ),
  ).toBe("ended");
});
