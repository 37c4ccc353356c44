import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run, type RunResult } from "../../../rehearsal/run";
import { seedConfig, START_SECONDS } from "../gateway/gateway-system";
import { type Interruption, killedAtEveryStep, type Made, RolloutSystem } from "./rollout-system";

const LABEL = "emaintenance.test.tier=api";

let system: RolloutSystem;
let dataNetwork: string;
let database: Made;
let former: Made;
let next: Made;

jest.setTimeout(300_000);

const docker = (...words: string[]) => run(["docker", ...words]);

beforeAll(async () => {
  // GIVEN a database on a network of its own, a service of a version before on the gateway's, and a new one on both
  system = await RolloutSystem.prepare();
  const { gateway } = system;
  await mkdir(join(gateway.configFolder, "upstreams"), { recursive: true });
  await writeFile(gateway.configFile, seedConfig({ switched: true }));
  await gateway.startGateway();
  dataNetwork = `${gateway.id}-data`;
  await docker("network", "create", "--internal", dataNetwork);
  const labels = Object.fromEntries([LABEL.split("=") as [string, string]]);
  database = await system.container({ service: "postgres", asleep: true });
  await docker("network", "connect", dataNetwork, database.id);
  await docker("network", "disconnect", gateway.id, database.id);
  former = await system.serving({ labels });
  next = await system.container({ asleep: true, labels });
  await docker("network", "connect", dataNetwork, next.id);
  await system.answers(next);
}, START_SECONDS * 1000);

afterAll(async () => {
  await system.discard(database, former, next);
  await run(["docker", "network", "rm", dataNetwork], { allowFailure: true });
  await system.remove();
}, 120_000);

const networks = async () =>
  (
    await system.inspect(
      database.id,
      "{{range $name, $_ := .NetworkSettings.Networks}}{{println $name}}{{end}}",
    )
  )
    .split("\n")
    .sort();

/** Whether the service of the version before finds the database by one of its names. */
async function found(name: string): Promise<boolean> {
  const program = `require("net").connect(3001, "${name}").on("connect", () => process.exit(0)).on("error", () => process.exit(1))`;
  return (await run(["docker", "exec", former.id, "node", "-e", program], { allowFailure: true })).code === 0;
}

const bridge = (interruption?: Interruption): Promise<RunResult> =>
  system.script(
    "bridge-data.sh",
    {
      FRONT: system.gateway.id,
      DATA_NETWORK: dataNetwork,
      DATA: `postgres=${database.id}`,
      LABEL,
      PREFIX: "emaintenance-",
    },
    interruption,
  );

const cutover = (interruption?: Interruption): Promise<RunResult> =>
  system.script(
    "switch.sh",
    {
      CONTAINERS: `user-service:3001=${system.nameOf()}=${next.id}`,
      FOLDER: system.gateway.configFolder,
      GATEWAY: system.gateway.gatewayName,
      DATA: database.name,
      DRAIN_SECONDS: "5",
    },
    interruption,
  );

test("services of a version before find the database by its names, also after runs that were killed", async () => {
  expect(await found("postgres")).toBe(false);

  const killed = await killedAtEveryStep(bridge);
  const again = await bridge();

  expect(killed).toBeGreaterThan(2);
  expect(again.stdout).toContain(
    `postgres stays on ${system.gateway.id} for 1 services of the version before`,
  );
  expect(await networks()).toEqual([system.gateway.id, dataNetwork].sort());
  expect([await found("postgres"), await found("emaintenance-postgres")]).toEqual([true, true]);
});

test("the cutover takes the database off that network, also after runs that were killed", async () => {
  await killedAtEveryStep(cutover);
  const again = await cutover();

  expect(again).toMatchObject({ code: 0, stderr: "" });
  expect(await networks()).toEqual([dataNetwork]);
  expect(await found("postgres")).toBe(false);
});

test("where every service that runs has the database's network, nothing is connected", async () => {
  await system.discard(former);

  const { code, stdout } = await bridge();

  expect({ code, stdout }).toEqual({ code: 0, stdout: `every service that runs is on ${dataNetwork}\n` });
  expect(await networks()).toEqual([dataNetwork]);
});
