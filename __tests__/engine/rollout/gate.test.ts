import { randomBytes } from "node:crypto";
import { existsSync, writeFileSync } from "node:fs";
import { HealthCheck } from "../../../constructs/values/health-check";
import { run, type RunResult, waitFor } from "../../../lib/run";
import { START_SECONDS } from "../gateway/gateway-system";
import { type Made, type Mode, RolloutSystem } from "./rollout-system";

let system: RolloutSystem;
const NAME = () => system.nameOf();
const TENTH_OF_A_PROCESSOR = "100000000";
/** Processes and threads that the containers of these tests may have. */
const PIDS = 100;

beforeAll(async () => {
  system = await RolloutSystem.prepare();
}, START_SECONDS * 1000);

afterAll(async () => system.remove(), 120_000);

jest.setTimeout(180_000);

beforeEach(() => writeFileSync(system.lock, "a deployment"));

/** Starts processes that stay, until it may start no more or has 300; says how many, and ends them. */
const FORKS = `
  const { spawn } = require("node:child_process");
  const made = [];
  const end = () => { console.log(made.length); made.forEach((one) => one.kill("SIGKILL")); process.exit(); };
  const next = () => {
    if (made.length === 300) return end();
    const one = spawn("sleep", ["60"]);
    one.once("error", end);
    one.once("spawn", () => { made.push(one); next(); });
  };
  next();`;

interface GateOptions {
  readonly limitSeconds?: number;
  readonly port?: number;
  /** @default /health */
  readonly healthPath?: string;
  /** @default user-service */
  readonly service?: string;
  /** @default 10 */
  readonly networkSeconds?: number;
  /** Network on which the gateway asks. @default that of the system */
  readonly network?: string;
}

/** Runs the gate for containers, given with the names that they will have. */
async function gate(
  containers: Readonly<Record<string, Made>>,
  options: GateOptions = {},
): Promise<RunResult> {
  const { limitSeconds = 60, port = 3001, healthPath = "/health", service = "user-service" } = options;
  return system.script("gate.sh", {
    SERVICE: service,
    CONTAINERS: Object.entries(containers)
      .map(([name, { id }]) => `${name}=${id}`)
      .join(" "),
    LIMIT_SECONDS: `${limitSeconds}`,
    PIDS: `${PIDS}`,
    PORT: `${port}`,
    HEALTH_PATH: healthPath,
    NETWORK_SECONDS: `${options.networkSeconds ?? 10}`,
    ...(options.network !== undefined && { NETWORK: options.network }),
  });
}

/** Runs the gate for one new container, next to one that serves. */
async function gateFor(made: Made, options?: GateOptions): Promise<RunResult> {
  return gate({ [NAME()]: made }, options);
}

/** What holds of every container that fails, whatever it fails of. */
async function expectFailed(made: Made, { code, stdout, stderr }: RunResult): Promise<void> {
  expect(stderr).toContain(`the new container ${made.name} of user-service `);
  expect(stderr).toContain("The old one goes on serving.");
  expect(stderr).toMatch(/To roll back: npm run rollback -- prod\n$/);
  // No escape sequence of the container reaches the terminal.
  expect(stderr).not.toMatch(/[^\n\x20-\x7e]/);
  expect(stdout).toBe("");
  expect(code).toBe(1);
  expect(existsSync(system.lock)).toBe(false);
  expect(await system.inspect(made.id, "{{.HostConfig.NanoCpus}}")).toBe(TENTH_OF_A_PROCESSOR);
}

describe("the gate, while an old container serves", () => {
  let old: Made;

  beforeAll(async () => {
    old = await system.serving();
  });

  afterAll(async () => system.discard(old));

  afterEach(async () => {
    // THEN, whatever the new one did: the old one has its name, and all of the processor
    expect(await system.holderOf(NAME())).toBe(old.id);
    expect(await system.inspect(old.id, "{{.State.Running}} {{.HostConfig.NanoCpus}}")).toBe("true 0");
  });

  test("opens for a container that is healthy and answers, and leaves it the name of its deployment", async () => {
    // GIVEN one with the health check that services have
    const healthCheck = HealthCheck.httpByNode(3001, "/health").toBlock();
    const made = await system.container({ healthCheck });
    const { code, stdout, stderr } = await gateFor(made);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/^user-service is healthy after \d+ s\n$/);
    expect(await system.inspect(made.id, "{{.Name}}")).toBe(`/${made.name}`);
    expect(existsSync(system.lock)).toBe(true);
    await system.discard(made);
  });

  test("has limited how many processes it may have, before it gets its name: one that makes more of them harms no other container", async () => {
    const made = await system.container();
    expect(await gateFor(made)).toMatchObject({ code: 0 });
    await run(["docker", "restart", "--time", "1", made.id]);
    await system.answers(made);

    const { stdout } = await run(["docker", "exec", made.id, "node", "-e", FORKS]);

    expect(Number(stdout)).toBeGreaterThan(20);
    expect(Number(stdout)).toBeLessThan(PIDS);
    await system.answers(old);
    expect(await system.inspect(made.id, "{{.HostConfig.PidsLimit}}")).toBe(`${PIDS}`);
    await system.discard(made);
  });

  test("opens for one that crashed twice, and came up then", async () => {
    const made = await system.container({ mode: "recovers" });
    expect(await gateFor(made)).toMatchObject({ code: 0 });
    expect(Number(await system.inspect(made.id, "{{.RestartCount}}"))).toBe(2);
    await system.discard(made);
  });

  test.each<[string, Mode, RegExp]>([
    ["crashes at its start", "crash", /ends again and again, with exit code 3\..*the moon is missing/s],
    ["ends again and again, after a short time", "ends", /ends again and again, with exit code 4\./],
    [
      "answers its health check with 500",
      "error",
      /is unhealthy after all tries of its health check\..*its last health check: 500 no disk /s,
    ],
    ["runs out of memory", "memory", /runs out of memory: its limit is 128 MiB\./],
  ])("stays shut for one that %s, and says so before its time is over", async (_what, mode, says) => {
    const made = await system.container({ mode });
    const result = await gateFor(made, { limitSeconds: 100 });
    expect(result.stderr).toMatch(says);
    await expectFailed(made, result);
    await system.discard(made);
  });

  test("names the exit code of one that just runs again, of which Docker knows none", async () => {
    const made = await system.container({ mode: "crashed-thrice" });
    const facts = "{{.RestartCount}} {{.State.Status}} {{.State.ExitCode}}";
    await waitFor(
      "a third restart",
      60,
      async () => (await system.inspect(made.id, facts)) === "3 running 0",
    );
    const result = await gateFor(made);
    expect(result.stderr).toMatch(/ends again and again, with exit code 3\./);
    await expectFailed(made, result);
    await system.discard(made);
  });

  test("stays shut for one that never gets healthy, once its time is over", async () => {
    const made = await system.container({ mode: "silent" });
    const result = await gateFor(made, { limitSeconds: 3 });
    expect(result.stderr).toMatch(/ is not healthy after 3 s\./);
    await expectFailed(made, result);
    await system.discard(made);
  });

  test("stays shut for one that has stopped, and was not started again", async () => {
    const made = await system.container();
    await system.answers(made);
    await run(["docker", "stop", "--time", "60", made.id]);
    const result = await gateFor(made);
    expect(result.stderr).toMatch(/ has ended with exit code 0\./);
    await expectFailed(made, result);
    await system.discard(made);
  });

  test.each<[string, Mode]>([
    ["127.0.0.1", "loopback"],
    ["::1", "loopback-6"],
  ])("stays shut for one that is healthy, and listens on %s only", async (address, mode) => {
    // GIVEN a health check that passes inside the container
    const made = await system.container({ mode, checked: { address, port: 3001 } });
    const own = await system.inspect(made.id, "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}");

    const result = await gateFor(made, { networkSeconds: 2 });

    expect(result.stderr).toContain(`http://${own}:3001/health does not answer: curl: (7) `);
    expect(result.stderr).toContain(
      "its own health check, which asks 127.0.0.1 inside the container, passes.",
    );
    expect(result.stderr).toContain("It listens on 127.0.0.1 only. Let it listen on 0.0.0.0");
    await expectFailed(made, result);
    await system.discard(made);
  });

  test("stays shut for one that answers its own check only", async () => {
    const made = await system.container({ mode: "strangers-refused" });
    const result = await gateFor(made, { networkSeconds: 2 });
    expect(result.stderr).toMatch(
      /http:\/\/[\d.]+:3001\/health answers 500; its own health check, .* passes/,
    );
    expect(result.stderr).toContain("It listens on port 3001.");
    await expectFailed(made, result);
    await system.discard(made);
  });

  test("stays shut for one that listens on another port than the gateway asks", async () => {
    const made = await system.container({ port: 3009, checked: { address: "127.0.0.1", port: 3009 } });
    const result = await gateFor(made, { networkSeconds: 2 });
    expect(result.stderr).toContain("Nothing in it was found to listen on port 3001.");
    await expectFailed(made, result);
    await system.discard(made);
  });

  test("opens for one whose health path leads elsewhere: its own check has followed that", async () => {
    const made = await system.container({ mode: "redirects" });
    expect(await gateFor(made)).toMatchObject({ code: 0, stderr: "" });
    await system.discard(made);
  });

  test("opens for one that is healthy a few seconds before it answers over the network", async () => {
    const made = await system.container({ mode: "late" });
    expect(await gateFor(made, { networkSeconds: 60 })).toMatchObject({ code: 0, stderr: "" });
    await system.discard(made);
  });

  test("remarks that one does not answer over IPv6, and opens: the gateway asks over IPv4", async () => {
    const network = `${system.gateway.id}-ipv6`;
    const prefix = `fd${randomBytes(5).toString("hex")}`.match(/.{4}/g)?.join(":");
    const label = `emaintenance.test=${system.gateway.id}`;
    await run([
      "docker",
      "network",
      "create",
      "--ipv6",
      "--subnet",
      `${prefix}::/64`,
      "--label",
      label,
      network,
    ]);
    const [made, both] = [await system.container({ mode: "ipv4-only" }), await system.container()];
    for (const { id } of [old, made, both]) await run(["docker", "network", "connect", network, id]);

    const [result, answeringAtBoth] = [await gateFor(made, { network }), await gateFor(both, { network })];
    await system.discard(made, both);
    await run(["docker", "network", "disconnect", network, old.id]);
    await run(["docker", "network", "rm", network]);

    expect(result.code).toBe(0);
    expect(result.stderr).toMatch(
      /^user-service: http:\/\/\[fd[0-9a-f:]+\]:3001\/health does not answer: curl: .*\. The gateway asks it at [\d.]+; listen on :: to answer at both\n$/,
    );
    expect(answeringAtBoth).toMatchObject({ code: 0, stderr: "" });
  });

  test("asks one without a health path for a connection only", async () => {
    const deaf = await system.container({ mode: "loopback" });
    const made = await system.container({ mode: "strangers-refused" });
    expect(await gateFor(made, { healthPath: "" })).toMatchObject({ code: 0, stderr: "" });
    const result = await gateFor(deaf, { healthPath: "", networkSeconds: 2 });
    expect(result.stderr).toMatch(/[\d.]+:3001 takes no connection;/);
    expect(result.stderr).toContain("It listens on 127.0.0.1 only.");
    await expectFailed(deaf, result);
    await system.discard(deaf, made);
  });

  test("opens only when all replicas are healthy, and says which one is not", async () => {
    const one = await system.container();
    const two = await system.container({ instance: 2, mode: "crash" });
    const result = await gate({ [NAME()]: one, [system.nameOf("user-service", 2)]: two });
    expect(result.stderr).toMatch(/ends again and again/);
    await expectFailed(two, result);
    await system.discard(one, two);
  });
});

describe("the name of a service", () => {
  test("goes to the new container on a first deployment: the services that start next call it by that", async () => {
    const made = await system.container();
    expect(await gateFor(made)).toMatchObject({ code: 0 });
    expect(await system.holderOf(NAME())).toBe(made.id);

    // AND the same again changes nothing
    expect(await gateFor(made)).toMatchObject({ code: 0 });
    expect(await system.holderOf(NAME())).toBe(made.id);
    await system.discard(made);
  });

  test.each<[string, Mode]>([
    ["does not work any more", "error"],
    ["nobody can reach", "loopback"],
  ])("is taken from a container that %s", async (_what, mode) => {
    const old = await system.container({ mode, asleep: true, name: NAME(), hostname: `${NAME()}-1` });
    const made = await system.container();
    await system.answers(old);
    expect(await gateFor(made)).toMatchObject({ code: 0 });
    expect(await system.holderOf(NAME())).toBe(made.id);
    expect(await system.inspect(old.id, "{{.Name}}")).toBe(`/${NAME()}-${old.id.slice(0, 12)}`);
    await system.discard(old, made);
  });

  test("stays with one that works, on another port too", async () => {
    const old = await system.serving({ port: 3005, checked: { address: "127.0.0.1", port: 3005 } });
    const made = await system.container();
    expect(await gateFor(made)).toMatchObject({ code: 0 });
    expect(await system.holderOf(NAME())).toBe(old.id);
    await system.discard(old, made);
  });
});
