import { mkdtempSync, rmSync } from "node:fs";
import { connect, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { engineAddress } from "../../../constructs/local/docker-context";
import { run, type RunResult } from "../../../lib/run";
import { DevelopedSystem } from "../../engine/local/developed-system";

// As Docker Desktop, Colima and rootless engines do it: only Docker's current context says where the engine's socket is, and at
// the usual place there is no engine.

const LIMIT_MS = 10 * 60 * 1000;
jest.setTimeout(LIMIT_MS);

const USUAL = "/var/run/docker.sock";
const folder = mkdtempSync(join(tmpdir(), "emaintenance-context-"));
const socket = join(folder, "engine.sock");
const environment = {
  DOCKER_HOST: undefined,
  DOCKER_CONTEXT: undefined,
  DOCKER_CONFIG: join(folder, "docker"),
};
const system = new DevelopedSystem("context", environment);
const connections = new Set<Socket>();
let engine: Server;

beforeAll(async () => {
  const real = engineAddress().replace(/^unix:\/\//, "") || USUAL;
  engine = createServer({ allowHalfOpen: true }, (client) => {
    const server = connect({ path: real, allowHalfOpen: true });
    connections.add(client);
    client.pipe(server).pipe(client);
    for (const end of [client, server]) end.on("error", () => void (client.destroy(), server.destroy()));
  });
  await new Promise<void>((resolve) => engine.listen(socket, resolve));
  const context = ["docker", "context"];
  await run([...context, "create", "elsewhere", "--docker", `host=unix://${socket}`], { env: environment });
  await run([...context, "use", "elsewhere"], { env: environment });
});

afterAll(async () => {
  await system.close();
  for (const connection of connections) connection.destroy();
  engine.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Runs a command where no engine is at the usual address. */
function withoutUsualSocket(argv: readonly string[]): Promise<RunResult> {
  const hide = `mount --bind /dev/null ${USUAL} && exec "$@"`;
  return run(["unshare", "--mount", "sh", "-c", hide, "sh", ...argv], {
    env: { ...environment, INIT_CWD: process.cwd() },
    allowFailure: true,
    timeoutSeconds: 500,
  });
}

const dev = (...words: string[]) => withoutUsualSocket(["node", "scripts/dev.mjs", ...words]);

test("the usual address is taken away from what runs here", async () => {
  const usual = ["docker", "--host", `unix://${USUAL}`, "version"];
  expect((await withoutUsualSocket(usual)).stderr).toContain("Cannot connect to the Docker daemon");
  expect((await withoutUsualSocket(["docker", "version"])).code).toBe(0);
});

test("everything is started on the engine of the context, and is removed there", async () => {
  const before = connections.size;
  const up = await dev(...system.words, "--only", "infrastructure", "--no-follow");
  expect({ code: up.code, stderr: up.stderr }).toEqual({ code: 0, stderr: "" });
  expect(connections.size).toBeGreaterThan(before);
  expect(await system.remains()).toContain(system.container("postgres"));

  const again = await dev(...system.words, "--only", "infrastructure", "--no-follow");
  expect(again).toMatchObject({ code: 0, stdout: expect.stringMatching(/^ready after \d+ s$/m) as string });

  expect(await dev("destroy", "--name", system.name, "--yes")).toMatchObject({ code: 0 });
  expect(await system.remains()).toEqual([]);
});
