import { run, type RunResult } from "../../../lib/run";
import { START_SECONDS } from "../gateway/gateway-system";
import { type Interruption, killedAtEveryStep, type Made, RolloutSystem } from "./rollout-system";

const LABEL = "emaintenance.test.tier=api";

let system: RolloutSystem;
let dataNetwork: string;
let database: Made;
let former: Made;
let web: Made;

jest.setTimeout(300_000);

const docker = (...words: string[]) => run(["docker", ...words]);

beforeAll(async () => {
  // GIVEN a database on a network of its own; a service of an earlier version and the web, which are on the gateway's
  system = await RolloutSystem.prepare();
  dataNetwork = `${system.gateway.id}-data`;
  await docker("network", "create", "--internal", dataNetwork);
  database = await system.container({ service: "postgres", asleep: true });
  await docker("network", "connect", dataNetwork, database.id);
  await docker("network", "disconnect", system.gateway.id, database.id);
  former = await system.serving({ labels: { "emaintenance.test.tier": "api" } });
  web = await system.serving({ service: "web" });
  await system.answers(database);
}, START_SECONDS * 1000);

afterAll(async () => {
  await system.discard(database, former, web);
  await run(["docker", "network", "rm", dataNetwork], { allowFailure: true });
  await system.remove();
}, 120_000);

/** Whether the program of a container finds the database by its name, and it answers. */
async function finds({ id }: Made): Promise<boolean> {
  const program = `require("net").connect(3001, "${database.name}").on("connect", () => process.exit(0)).on("error", () => process.exit(1))`;
  return (await run(["docker", "exec", id, "node", "-e", program], { allowFailure: true })).code === 0;
}

const join = (interruption?: Interruption): Promise<RunResult> =>
  system.script("join-data.sh", { FRONT: system.gateway.id, DATA_NETWORK: dataNetwork, LABEL }, interruption);

test("services of an earlier version find the database by its name, and the web does not", async () => {
  expect([await finds(former), await finds(web)]).toEqual([false, false]);

  const { code, stdout, stderr } = await join();

  expect({ code, stderr, stdout }).toEqual({
    code: 0,
    stderr: "",
    stdout: `every service that runs is on ${dataNetwork}; 1 have joined\n`,
  });
  expect([await finds(former), await finds(web)]).toEqual([true, false]);
});

test("a second run changes nothing, nor does one that follows a run that was killed", async () => {
  expect((await join()).stdout).toContain("; 0 have joined\n");
  await docker("network", "disconnect", dataNetwork, former.id);

  expect(await killedAtEveryStep(join)).toBeGreaterThan(2);

  expect(await finds(former)).toBe(true);
});
