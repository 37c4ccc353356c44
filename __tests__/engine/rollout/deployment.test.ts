import { existsSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { run, type RunResult, waitFor } from "../../../lib/run";
import { START_SECONDS } from "../gateway/gateway-system";
import { type Interruption, killedAtEveryStep, type Made, RolloutSystem } from "./rollout-system";

let system: RolloutSystem;
let marker: Made;

jest.setTimeout(180_000);

const file = (name: string) => join(system.gateway.folder, name);
const COMPLETE = () => `${system.gateway.id}-deployed`;
const INCOMPLETE = () => `${system.gateway.id}-deploying-${marker.id.slice(0, 12)}`;
const markerName = async () => (await system.inspect(marker.id, "{{.Name}}")).slice(1);

beforeAll(async () => {
  // GIVEN a system whose last deployment is complete
  system = await RolloutSystem.prepare();
  marker = await system.container({ name: COMPLETE(), start: false });
}, START_SECONDS * 1000);

afterAll(async () => system.remove(), 120_000);

afterEach(() => {
  for (const name of ["lock", "restore-lock", "restore.journal"]) rmSync(file(name), { force: true });
});

async function begin(
  environment: Readonly<Record<string, string>> = {},
  interruption?: Interruption,
): Promise<RunResult> {
  return system.script(
    "begin.sh",
    {
      RESTORE_LOCK: file("restore-lock"),
      RESTORE_JOURNAL: file("restore.journal"),
      TAKE_OVER_MINUTES: "60",
      MARK: marker.id,
      MARK_PREFIX: `${system.gateway.id}-deploying`,
      LABEL: `emaintenance.test=${system.gateway.id}`,
      DEPLOYMENT: "1001",
      RELEASE: "2.0",
      OWNER: "anna",
      WORKSTATION: "desk",
      SSH_CLIENT: "198.51.100.7 50000 22",
      ...environment,
    },
    interruption,
  );
}

const end = async (interruption?: Interruption) =>
  system.script(
    "end.sh",
    { SERVICE_UID: "1001", SERVICE_FOLDERS: file("uploads"), MARK: marker.id, MARK_NAME: COMPLETE() },
    interruption,
  );

const lock = () => JSON.parse(readFileSync(system.lock, "utf8")) as Record<string, string>;
const ben = { OWNER: "ben", WORKSTATION: "laptop", DEPLOYMENT: "1002", RELEASE: "3.0" };

/** A lock that gave its last sign of life so many minutes ago. */
async function lockOf(minutes: number, environment = ben): Promise<void> {
  expect(await begin(environment)).toMatchObject({ code: 0 });
  const then = Date.now() / 1000 - minutes * 60;
  utimesSync(system.lock, then, then);
}

describe("a deployment that begins", () => {
  test("says who, when and what; until its end, the completion marker says incomplete", async () => {
    const result = await begin();
    expect(result).toEqual({
      code: 0,
      stdout: "deployment 1001 of release 2.0 by anna@desk has begun\n",
      stderr: "",
    });
    expect(lock()).toEqual({
      owner: "anna@desk",
      started: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/) as string,
      release: "2.0",
      deployment: "1001",
      address: "198.51.100.7",
    });
    expect(await markerName()).toBe(INCOMPLETE());

    expect(await end()).toEqual({ code: 0, stdout: "the deployment is complete\n", stderr: "" });
    expect(existsSync(system.lock)).toBe(false);
    expect(await markerName()).toBe(COMPLETE());
  });

  test("without a name of its workstation is known by its address", async () => {
    await begin({ WORKSTATION: "" });
    expect(lock().owner).toBe("anna@198.51.100.7");
  });

  test("may be killed at every step of its begin and of its end: a second run completes both", async () => {
    const begun = await killedAtEveryStep(async (interruption) => {
      const result = await begin({}, interruption);
      if (result.code !== 0) expect(await begin()).toMatchObject({ code: 0, stderr: "" });
      expect(lock()).toMatchObject({ owner: "anna@desk", deployment: "1001" });
      expect(await markerName()).toBe(INCOMPLETE());
      const ended = await end(interruption);
      if (ended.code !== 0) expect(await end()).toMatchObject({ code: 0 });
      expect(await markerName()).toBe(COMPLETE());
      expect(existsSync(system.lock)).toBe(false);
      return result;
    });
    expect(begun).toBeGreaterThan(2);
  });

  test("and finds no completion marker fails, and leaves no lock", async () => {
    const result = await begin({ MARK: `${system.gateway.id}-no-such-container` });
    expect(result.code).not.toBe(0);
    expect(result.stderr).toMatch(/no such (object|container)/i);
    expect(existsSync(system.lock)).toBe(false);
  });
});

describe("two deployments at once", () => {
  test("one is refused, with who, what, since when, and what to do", async () => {
    await lockOf(10);
    const { started } = lock();
    const { code, stdout, stderr } = await begin();
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toBe(
      `ben@laptop deploys release 3.0 here since ${started}; its last sign of life is 10 minutes old.\n` +
        "Expected one deployment at a time. Wait for its end. If it has died, its owner can deploy again at once, anybody in\n" +
        `50 minutes; or remove the lock on this host: sudo rm ${system.lock}\n`,
    );
    expect(lock()).toMatchObject({ owner: "ben@laptop", deployment: "1002" });
  });

  test("of the same owner, the second takes over at once", async () => {
    await lockOf(0, { ...ben, OWNER: "anna", WORKSTATION: "desk" });
    const { code, stdout } = await begin();
    expect(code).toBe(0);
    expect(stdout).toMatch(/^taking over the lock of anna@desk, who deployed release 3\.0 since /);
    expect(lock()).toMatchObject({ release: "2.0", deployment: "1001" });
  });

  test.each([
    [59, 1, "ben@laptop"],
    [60, 0, "anna@desk"],
  ])(
    "of another owner, without a sign of life for %d minutes: exit code %d",
    async (minutes, code, owner) => {
      await lockOf(minutes);
      expect(await begin()).toMatchObject({ code });
      expect(lock().owner).toBe(owner);
    },
  );

  test("begun at the same time, exactly one has the lock", async () => {
    const both = await Promise.all([begin(), begin(ben)]);
    expect(both.map(({ code }) => code).sort()).toEqual([0, 1]);
    const winner = both.findIndex(({ code }) => code === 0);
    expect(lock().owner).toBe(["anna@desk", "ben@laptop"][winner]);
  });

  test("the lock's content is printed as plain text: its folder is everybody's", async () => {
    writeFileSync(system.lock, JSON.stringify({ owner: "x\u001b[2J\u0007", release: "1\n2" }));
    expect((await begin()).stderr).toMatch(/^x\[2J deploys release 12 here since unknown;/);
  });

  test("a lock that cannot be read has an unknown owner, and is taken over when it is old", async () => {
    for (const torn of ["", "{torn", `{"owner": ""}`]) {
      writeFileSync(system.lock, torn);
      const refused = await begin();
      expect(refused.stderr).toMatch(/^unknown deploys release unknown here since unknown;/);
      expect(refused.code).toBe(1);
    }
    utimesSync(system.lock, 0, 0);
    expect(await begin()).toMatchObject({ code: 0 });
    expect(lock().owner).toBe("anna@desk");
  });
});

describe("during a restore", () => {
  test("that runs, a deployment is refused, and leaves no lock of its own", async () => {
    const before = await markerName();
    let holder = 0;
    const held = run(["flock", file("restore-lock"), "sh", "-c", `touch '${file("held")}'; sleep 20`], {
      allowFailure: true,
      ownGroup: true,
      onStart: (process) => (holder = process),
    });
    await waitFor("a restore's lock", 30, async () => Promise.resolve(existsSync(file("held"))));
    const { code, stderr } = await begin();
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^a restore is under way on \S+\. Expected none .* Wait for its end, and deploy again\.\n$/,
    );
    expect(existsSync(system.lock)).toBe(false);
    expect(await markerName()).toBe(before);
    if (holder > 0) process.kill(-holder);
    await held;
  });

  test("that was killed, a deployment is refused, and the lock that the restore had stays as it is", async () => {
    writeFileSync(file("restore.journal"), "data are half there");
    await run(["cp", "/dev/null", system.lock]);
    const { code, stderr } = await begin();
    expect(code).toBe(1);
    expect(stderr).toMatch(/^a restore was killed before its end on .*emaintenance restore --recover\.\n$/);
    expect(existsSync(system.lock)).toBe(true);
  });

  test("whose lock is no longer held, a deployment begins", async () => {
    writeFileSync(file("restore-lock"), "");
    expect(await begin()).toMatchObject({ code: 0 });
    await end();
  });
});

test("removed is what a deployment that died has made: never what serves, what is known, or what has another name", async () => {
  const label = `${system.gateway.id}.generation`;
  const [unknown, known, foreign, serves, retired, unlabelled] = [
    await system.container({ labels: { [label]: "1" }, start: false }),
    await system.container({ labels: { [label]: "1" }, start: false }),
    await system.container({ labels: { [label]: "1" }, start: false, name: `${system.gateway.id}-by-hand` }),
    await system.container({ labels: { [label]: "1" }, start: false, name: system.nameOf() }),
    await system.container({
      labels: { [label]: "1" },
      start: false,
      name: `${system.nameOf()}-0123456789ab`,
    }),
    await system.container({ start: false }),
  ];
  const kept = [known, foreign, serves, retired, unlabelled];

  // Where Terraform's state cannot be read, nothing is removed.
  expect(await begin({ LABEL: label, KNOWN: "" })).toMatchObject({ code: 0 });
  expect(await system.names()).toContain(unknown?.name);

  const { code, stdout } = await begin({
    LABEL: label,
    KNOWN: `${"0".repeat(64)} ${known?.id} ${marker.id}`,
  });

  expect(code).toBe(0);
  expect(stdout).toContain(`removing ${unknown?.name}, which was made by a deployment that died\n`);
  const names = await system.names();
  expect(names).not.toContain(unknown?.name);
  expect(names).toEqual(expect.arrayContaining(kept.map(({ name }) => name)));
  await end();
  await system.discard(unknown, ...kept);
});

describe("what waits for the data tier", () => {
  const wait = async (seconds: number, firewall: Readonly<Record<string, string>> = {}) =>
    system.script("await-data.sh", {
      ...{ READY: file("ready"), DEPLOYMENT: "1001", LIMIT_SECONDS: `${seconds}`, NETWORKS: "front data" },
      ...firewall,
    });
  const ready = async (deployment: string) =>
    system.script("data-ready.sh", {
      READY: file("ready"),
      DEPLOYMENT: deployment,
      LIMITS: `${marker.id}=100`,
    });

  test("goes on once it is ready for this deployment", async () => {
    writeFileSync(system.lock, "a deployment");
    await ready("1000");
    const waited = wait(60);
    await ready("1001");
    expect(await waited).toEqual({ code: 0, stdout: "the data tier is ready\n", stderr: "" });
    expect(existsSync(system.lock)).toBe(true);
  });

  test("gives up when it was ready for another deployment only, and gives the lock back", async () => {
    writeFileSync(system.lock, "a deployment");
    await ready("1000");
    const { code, stderr } = await wait(1);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^PostgreSQL and Redis did not get ready within 1 s; no service was started or changed\./,
    );
    expect(existsSync(system.lock)).toBe(false);
  });

  test("waits for the firewall of these networks too, and names it when it gives up", async () => {
    const firewall = { FIREWALL: file("filtered-networks") };
    await ready("1001");
    writeFileSync(firewall.FIREWALL, "front-of-before data\n");
    expect((await wait(1, firewall)).stderr).toMatch(
      /^The firewall did not get ready within 1 s; no service /,
    );

    const waited = wait(60, firewall);
    writeFileSync(firewall.FIREWALL, "front data\n");
    expect(await waited).toMatchObject({ code: 0, stdout: "the data tier is ready\n" });
  });

  test("gives up at once when another step of the deployment fails, which takes the lock away", async () => {
    writeFileSync(system.lock, "a deployment");
    await ready("1000");
    const waited = wait(60);
    await delay(3000);
    rmSync(system.lock);
    const { code, stderr } = await waited;
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^another step of this deployment failed before PostgreSQL, Redis and the firewall /,
    );
  });
});

describe("the migration", () => {
  const gate = async (job: Made) =>
    system.script("migration-gate.sh", {
      JOB: job.id,
      NAME: system.nameOf("migration"),
      PIDS: "100",
      // It cannot be told which image has migrated it, which is no reason to stop.
      DATABASE: system.nameOf("no-database"),
    });
  const job = (program: string) => system.job(program);

  test("that has ended well gets its name; so does the next one", async () => {
    const [first, second] = [await job(""), await job("")];
    expect(await gate(first)).toMatchObject({
      code: 0,
      stdout:
        "the database could not be told which image has migrated it: the next deployment makes a dump it may not need\nmigration done\n",
    });
    expect(await gate(second)).toMatchObject({ code: 0 });
    expect(await gate(second)).toMatchObject({ code: 0 });
    expect(await system.holderOf(system.nameOf("migration"))).toBe(second.id);
    expect(await system.inspect(second.id, "{{.HostConfig.PidsLimit}} {{.State.Status}}")).toBe("100 exited");
    expect(await system.inspect(first.id, "{{.Name}}")).toBe(
      `/${system.nameOf("migration")}-${first.id.slice(0, 12)}`,
    );
    await system.discard(first, second);
  });

  test("that failed once is run once more", async () => {
    const made = await job(
      `const { appendFileSync, readFileSync } = require("fs"); appendFileSync("/tmp/runs", ".");
       process.exit(readFileSync("/tmp/runs", "utf8").length === 1 ? 5 : 0)`,
    );
    expect(await gate(made)).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(
        /^the migration ended with exit code 5; running it once more\n(.*\n)?migration done\n$/,
      ) as string,
    });
    await system.discard(made);
  });

  test("that fails stops the deployment, with its last lines as plain text, and gives the lock back", async () => {
    writeFileSync(system.lock, "a deployment");
    const made = await job(
      `console.error("column \\u001b[31mlunar_phase\\u0007 does not exist"); process.exit(7)`,
    );
    const { code, stderr } = await gate(made);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^migration failed with exit code 7; no service was started or changed\./);
    expect(stderr).toContain("  column lunar_phase? does not exist\n");
    expect(stderr).toContain(`the full text: docker logs ${made.name}`);
    expect(await system.holderOf(system.nameOf("migration"))).not.toBe(made.id);
    expect(existsSync(system.lock)).toBe(false);
    await system.discard(made);
  });
});
