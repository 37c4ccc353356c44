import { createServer, type AddressInfo } from "node:net";
import { connectionsTo } from "../../../lib/plugins/docker/connection";
import { Engine } from "../../../lib/plugins/docker/engine";
import { parseHost } from "../../../lib/plugins/docker/host";
import { FakeEngine, type Answers } from "./support/fake-engine";
import { Plugin } from "./support/plugin";

const IMAGE = "sha256:0123";
const running = { Running: true, Status: "running", ExitCode: 0 };
const inspected = (change: object = {}) => ({
  Id: "abc",
  Name: "/web",
  Image: IMAGE,
  Config: { Image: IMAGE, Hostname: "web" },
  HostConfig: {},
  NetworkSettings: {},
  State: running,
  ...change,
});
/** An engine on which everything goes well. */
const GOOD: Answers = {
  "GET /images/.*/json": { body: { Id: IMAGE } },
  "POST /containers/create": { status: 201, body: { Id: "abc" } },
  "POST /networks/:id/(dis)?connect": {},
  "POST /containers/:id/start": { status: 204 },
  "POST /containers/:id/stop": { status: 204 },
  "GET /containers/:id/json": { body: inspected() },
};
const web = { name: "web", image: IMAGE };
const message = (text: string, status = 404) => ({ status, body: { message: text } });

let engine: FakeEngine;
afterEach(() => engine.close());

/** @param change answers in the place of those of a good engine */
async function create(config: object, change: Answers = {}, apiVersion?: string) {
  engine = await FakeEngine.start({ ...change, ...GOOD, ...change }, apiVersion);
  const plugin = await Plugin.on(engine);
  return plugin.create("docker_container", { ...web, ...config });
}

test("with a good engine a container is created, connected and started", async () => {
  const { state, words } = await create({ networks_advanced: [{ name: "net" }] });
  expect(words).toBe("");
  expect(state).toMatchObject({ id: "abc", name: "web", hostname: "web" });
  expect(engine.lines.filter((line) => line.startsWith("POST"))).toEqual([
    "POST /containers/create",
    "POST /networks/bridge/disconnect",
    "POST /networks/net/connect",
    "POST /containers/abc/start",
  ]);
});

test("a field that the plugin does not know is refused before anything is planned, and the engine is asked nothing", async () => {
  engine = await FakeEngine.start({});
  const plugin = await Plugin.on(engine, { disable_docker_daemon_check: true });
  const words = await plugin.validate("docker_container", { ...web, privileged: true });
  expect(words).toContain(
    'docker_container "web" sets "privileged", which the offline plugin does not support',
  );
  expect(words).toContain("or add the field to lib/plugins/docker/unsupported.ts.");
  expect(engine.lines).toEqual([]);
});

test("waiting for a container without a health check is refused with the remedy", async () => {
  const { state, words } = await create({ wait: true, wait_timeout: 1 });
  expect(words).toBe(
    'container "web" has wait = true and no health check\n' +
      "Expected: a healthcheck block, or one in the image. Remedy: add it, or remove `wait`.",
  );
  expect(state).toMatchObject({ id: "abc" });
});

test("a container that ends at once is reported with its exit code, and removed: it gets into no state", async () => {
  const ended = { body: inspected({ State: { Running: false, Status: "exited", ExitCode: 7 } }) };
  const { state, words } = await create(
    {},
    {
      "GET /containers/:id/json": (soFar) =>
        soFar.includes("DELETE /containers/abc") ? message("No such container: abc") : ended,
      "DELETE /containers/:id": { status: 204 },
    },
  );
  expect(words).toContain('container "web" exited immediately, with exit code 7');
  expect(words).toContain("for a job that ends, set must_run = false.");
  expect(engine.lines).toContain("DELETE /containers/abc");
  expect(state).toBeNull();
});

test("a name that is taken is the engine's error, and nothing gets into the state", async () => {
  const conflict = 'Conflict. The container name "/web" is already in use by container "def".';
  const { state, words } = await create({}, { "POST /containers/create": message(conflict, 409) });
  expect(words).toBe(`Unable to create container: Error response from daemon: ${conflict}\n`);
  expect(state).toBeNull();
});

test("a network that does not exist leaves a container that Terraform replaces", async () => {
  const { state, words } = await create(
    { networks_advanced: [{ name: "missing" }] },
    { "POST /networks/missing/connect": message("network missing not found") },
  );
  expect(words).toContain(
    "Unable to connect to network 'missing': Error response from daemon: network missing not found",
  );
  expect(state).toMatchObject({ id: "abc", name: "web" });
});

test("start_interval needs an engine that knows it: an older one would ignore it without a word", async () => {
  const healthcheck = [{ test: ["CMD", "true"], start_interval: "1s" }];
  const { state, words } = await create({ healthcheck }, {}, "1.43");
  expect(words).toContain(
    'Unable to create container: "specify health-check start interval" requires API version 1.44, but the Docker daemon API ' +
      "version is 1.43",
  );
  expect(state).toBeNull();
  expect(engine.lines).not.toContain("POST /containers/create");
});

test("start_interval is sent to an engine that knows it", async () => {
  const healthcheck = [{ test: ["CMD", "true"], start_interval: "1s" }];
  expect((await create({ healthcheck }, {}, "1.44")).words).toBe("");
  const body = engine.requests.find(({ line }) => line === "POST /containers/create")?.body ?? "";
  expect(JSON.parse(body)).toMatchObject({ Healthcheck: { StartInterval: 1e9 } });
});

test("a job that removes itself at its end is refused: Terraform could not keep it", async () => {
  const { state, words } = await create({ attach: true, rm: true, must_run: false });
  expect(words).toBe(
    'container "web" has attach = true and rm = true\n' +
      "Expected: a container that is still there when it has ended. Remedy: remove `rm`; Terraform removes the container.",
  );
  expect(state).toBeNull();
  expect(engine.lines).not.toContain("POST /containers/create");
});

test("a container that was removed since the refresh is an error of destroy, as with the real plugin", async () => {
  engine = await FakeEngine.start({ "DELETE /containers/abc": message("No such container: abc") });
  const plugin = await Plugin.on(engine);
  const { state, words } = await plugin.destroy("docker_container", { ...web, id: "abc" });
  expect(words).toBe("Error deleting container abc: Error response from daemon: No such container: abc\n");
  expect(state).toMatchObject({ id: "abc" });
});

describe("an image that is neither present nor pullable", () => {
  const REGISTRY = "registry.example.com";
  const name = `${REGISTRY}/team/app:1`;
  const refusal = `pull access denied for ${name}`;

  async function pull(config: { registry_auth?: object[] }) {
    engine = await FakeEngine.start({
      "GET /images/.*/json": message(`No such image: ${name}`),
      "POST /images/create": { body: { error: refusal } },
    });
    const plugin = await Plugin.on(engine, { registry_auth: [], ...config } as never);
    const { state, words } = await plugin.create("docker_image", { name });
    const request = engine.requests.find(({ line }) => line === "POST /images/create");
    const login = Buffer.from(String(request?.headers["x-registry-auth"]), "base64url").toString();
    return { state, words, login };
  }

  test("is named, with what was tried and the remedy", async () => {
    const { state, words, login } = await pull({});
    expect(words).toBe(
      `Unable to read Docker image into resource: unable to pull image ${name}: error pulling image ${name}: ${refusal}\n` +
        "Tried: the images of the engine by that reference, then a pull without a login. Expected: an image that is present or " +
        "pullable. Remedy: check the spelling, the tag and the login; bring it onto the host by hand with `docker pull`, or " +
        "with `docker save IMAGE | ssh HOST docker load`.",
    );
    expect(login).toBe("{}");
    expect(state).toBeNull();
  });

  test("is tried with the login for its registry, and the message says so", async () => {
    const { words, login } = await pull({
      registry_auth: [{ address: REGISTRY, username: "deploy", password: "p" }],
    });
    expect(words).toContain("then a pull with the login that registry_auth has for its registry");
    expect(JSON.parse(login)).toMatchObject({ username: "deploy", password: "p" });
  });
});

describe("the ping when the provider is configured", () => {
  const ping = (url: string) => {
    const host = parseHost(url);
    return new Engine(host, connectionsTo(host, ["-o", "BatchMode=yes"])).apiVersion();
  };
  test("says that nothing listens on the port", async () => {
    const port = await closedPort();
    const url = `ssh://deploy@127.0.0.1:${port}`;
    await expect(ping(url)).rejects.toMatchObject({
      message: `cannot reach the Docker Engine on ${url}: connection refused by 127.0.0.1, port ${port}`,
      detail:
        `ssh said "ssh: connect to host 127.0.0.1 port ${port}: Connection refused". Expected: an SSH server on that port. ` +
        "Remedy: check the address and the port, that sshd runs, and that no firewall rejects the connection.",
    });
  });

  test("says that there is no such socket", async () => {
    await expect(ping("unix:///no/such/docker.sock")).rejects.toMatchObject({
      message: "cannot reach the Docker Engine on unix:///no/such/docker.sock: there is no such socket",
      detail:
        "Expected: the socket of a running engine. Remedy: start Docker, or set `host` of the provider.",
    });
  });
});

/** A port on which nothing listens. */
async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
