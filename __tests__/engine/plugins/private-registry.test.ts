import { docker, exists, removeQuietly } from "./support/engine";
import { privateRegistry, type PrivateRegistry } from "./support/registry";
import { Workspace } from "./support/workspace";

jest.setTimeout(180_000);

let registry: PrivateRegistry;
const workspaces: Workspace[] = [];

beforeAll(async () => {
  registry = await privateRegistry();
});
afterEach(async () => {
  for (const workspace of workspaces.splice(0)) await workspace.close();
  await removeQuietly("image", `${registry.address}/app:1`);
});
afterAll(() => registry.close());

/** A workspace whose provider logs in so, with the one image of the registry. */
async function withLogin(registry_auth: object[]) {
  const workspace = new Workspace({ provider: { registry_auth } });
  workspaces.push(workspace);
  const resources = { docker_image: { app: { name: `${registry.address}/app:1`, keep_locally: true } } };
  await workspace.init(resources);
  return { workspace, resources };
}

test("an image of a private registry is pulled with the provider's login, which no state holds", async () => {
  const { address, username, password } = registry;
  const { workspace } = await withLogin([{ address, username, password }]);
  await workspace.apply();

  expect(await exists("image", `${address}/app:1`)).toBe(true);
  const state = JSON.stringify(workspace.state("docker_image.app"));
  expect(state).toContain(await docker("image", "inspect", "--format", "{{.Id}}", `${address}/app:1`));
  expect((await workspace.terraform("show", "-json")).stdout).not.toContain(password);
});

test("an image that is pinned by its tag and its digest is pulled, and found again", async () => {
  const { address, username, password, digests } = registry;
  const workspace = new Workspace({ provider: { registry_auth: [{ address, username, password }] } });
  workspaces.push(workspace);
  const name = `${address}/app:many@${digests.many}`;
  await workspace.init({ docker_image: { app: { name, keep_locally: true } } });
  await workspace.apply();

  expect(workspace.state("docker_image.app")).toMatchObject({
    name,
    repo_digest: `${address}/app@${digests.many}`,
  });
  expect((await workspace.terraform("plan", "-detailed-exitcode", "-input=false")).stdout).toContain(
    "No changes.",
  );
  await removeQuietly("image", `${address}/app@${digests.many}`);
});

test("a wrong login is refused by the registry, and the message says that one was tried", async () => {
  const { address, username } = registry;
  const { workspace, resources } = await withLogin([{ address, username, password: "wrong" }]);

  const words = await workspace.failure(resources);
  expect(words).toContain(`error pulling image ${address}/app:1: Error response from daemon: `);
  expect(words).toContain("then a pull with the login that registry_auth has for its registry");
});
