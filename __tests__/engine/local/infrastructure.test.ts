import { spawn } from "node:child_process";
import { join } from "node:path";
import { run, waitFor } from "../../../lib/run";
import { DevelopedSystem } from "./developed-system";

// Database and cache only: tests of the data and the terminal need only these.

const LIMIT_MS = 10 * 60 * 1000;
jest.setTimeout(LIMIT_MS);

const REPOSITORY = join(__dirname, "../../..");
const START_SECONDS = 240;

const system = new DevelopedSystem("infra");

afterAll(() => system.close());

async function psql(statement: string): Promise<string> {
  const argv = [
    "docker",
    "exec",
    system.container("postgres"),
    "psql",
    "-U",
    "postgres",
    "-d",
    "emaintenance",
  ];
  const { stdout, stderr } = await run([...argv, "-At", "-c", statement], { allowFailure: true });
  return (stdout + stderr).trim();
}

async function running(): Promise<string[]> {
  const { stdout } = await run(["docker", "ps", "--format", "{{.Names}}"]);
  return stdout
    .split("\n")
    .filter((name) => name.startsWith(system.container("")))
    .sort();
}

const BOTH = [system.container("postgres"), system.container("redis")];

/** `npm run dev -- --only infrastructure` in a group of processes, as in a terminal. */
class Terminal {
  text = "";
  readonly ended: Promise<number | null>;
  private readonly group: number;

  constructor() {
    const argv = [join(REPOSITORY, "scripts/dev.mjs"), ...system.words, "--only", "infrastructure"];
    const child = spawn("node", argv, { cwd: REPOSITORY, detached: true, stdio: ["ignore", "pipe", "pipe"] });
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk: Buffer) => (this.text += chunk.toString()));
    }
    this.ended = new Promise((resolve) => child.on("exit", resolve));
    this.group = child.pid ?? 0;
  }

  async shows(words: RegExp): Promise<void> {
    await waitFor(String(words), START_SECONDS, () => Promise.resolve(words.test(this.text))).catch(() => {
      throw new Error(`${words} is not in:\n${this.text.slice(-3000)}`);
    });
  }

  /** Ctrl-C. */
  interrupt(): void {
    process.kill(-this.group, "SIGINT");
  }
}

test("Ctrl-C while it starts lets Terraform finish what it makes, and says how to go on", async () => {
  const terminal = new Terminal();

  await terminal.shows(/docker_container\.postgres: Creating\.\.\./);
  terminal.interrupt();

  expect(await terminal.ended).toBe(130);
  expect(terminal.text).toContain("interrupted: what is being made is finished first");
  expect(terminal.text).toMatch(
    new RegExp(
      "^interrupted: what was started keeps running; npm run dev goes on with the rest, " +
        `npm run dev:stop -- --name ${system.name} stops it$`,
      "m",
    ),
  );
});

test("only database and cache are started, their logs are followed, and Ctrl-C says what keeps running", async () => {
  const terminal = new Terminal();

  await terminal.shows(/^ready after \d+ s$/m);
  await psql("no statement at all");
  await terminal.shows(/^postgres +\| .*syntax error at or near "no"/m);
  terminal.interrupt();

  expect(await terminal.ended).toBe(0);
  expect(terminal.text).toContain(
    `the containers keep running; npm run dev:stop -- --name ${system.name} stops them`,
  );
  expect(await running()).toEqual(BOTH);
});

test("stopped and started again, the data are still there", async () => {
  await psql("create table kept (what text); insert into kept values ('by the developer')");

  const stopped = await system.also("stop");
  expect(stopped).toMatchObject({
    code: 0,
    stdout: "2 containers stopped and removed; the data are still there\n",
  });
  expect(await running()).toEqual([]);
  expect((await system.also("stop")).stdout).toBe("nothing runs\n");

  expect(await system.up("--only", "infrastructure")).toMatchObject({ code: 0, stderr: "" });
  expect(await psql("select what from kept")).toBe("by the developer");
});

test("a reset asks, and without a yes nothing is changed", async () => {
  const { code, stdout } = await system.also("reset", [], "no\n");

  expect({ code, stdout }).toEqual({
    code: 0,
    stdout: expect.stringMatching(
      /^Empty the data \(.*-postgres-data.*\)\? .*nothing was changed\n$/s,
    ) as string,
  });
  expect(await psql("select what from kept")).toBe("by the developer");
});

test("a reset that is agreed to empties the data, and starts what ran before", async () => {
  const { code, stdout } = await system.also("reset", [], "y\n");

  expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining("ready after") as string });
  expect(await psql("select what from kept")).toContain('relation "kept" does not exist');
  expect(await running()).toEqual(BOTH);
});
