import { mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run, type RunResult, waitFor } from "../../../lib/run";
import { ask, answering, echoOf } from "./client";
import { GatewaySystem, type NginxSettings, standardConfig, START_SECONDS } from "./gateway-system";

const RELOAD = join(__dirname, "../../../templates/nginx/reload.sh");

let system: GatewaySystem;

beforeAll(async () => {
  system = await GatewaySystem.start();
}, START_SECONDS * 1000);

afterAll(async () => system.remove(), 60_000);

jest.setTimeout(120_000);

async function reload(options: readonly string[] = []): Promise<RunResult> {
  return run([RELOAD, ...options, system.configFolder, system.image, system.gatewayName], {
    allowFailure: true,
  });
}

async function newConfig(text: string): Promise<void> {
  await writeFile(`${system.configFile}.new`, text);
}

async function deploy(settings: NginxSettings): Promise<RunResult> {
  await newConfig(standardConfig(settings));
  return reload();
}

async function workers(): Promise<string[]> {
  const { stdout } = await run(["docker", "top", system.gatewayName, "-eo", "pid,args"]);
  return stdout
    .split("\n")
    .filter((line) => line.includes("nginx: worker process") && !line.includes("shutting down"))
    .map((line) => line.trim().split(/\s+/)[0] ?? "")
    .sort();
}

/** Requests without a pause, each on a connection of its own, until it is stopped; then the statuses seen. */
function load(path: string, clients = 8): { stop: () => Promise<Map<string, number>> } {
  const seen = new Map<string, number>();
  let running = true;
  const client = async (): Promise<void> => {
    while (running) {
      const outcome = await ask(system.port, path, { method: "POST", body: "{}" }).then(
        ({ status }) => `${status}`,
        (error: Error) => error.message,
      );
      seen.set(outcome, (seen.get(outcome) ?? 0) + 1);
    }
  };
  const done = Promise.all(Array.from({ length: clients }, client));
  return {
    stop: async () => {
      running = false;
      await done;
      return seen;
    },
  };
}

test("a new configuration is used at once, by new workers", async () => {
  const before = await workers();
  expect(await echoOf(system.port, "/api/notifications")).toMatchObject({ service: "work-order-service" });

  const result = await deploy({ deniedPaths: ["/api/notifications"] });

  expect(result).toMatchObject({ code: 0, stdout: "gateway: the configuration is in use\n", stderr: "" });
  expect((await ask(system.port, "/api/notifications")).status).toBe(403);
  const now = await workers();
  expect(now).toHaveLength(2);
  expect(now.filter((worker) => before.includes(worker))).toEqual([]);
  expect((await stat(system.configFile)).mode & 0o777).toBe(0o644);
});

test("the same configuration again does nothing", async () => {
  await deploy({});
  const before = await workers();

  const result = await deploy({});

  expect(result).toMatchObject({
    code: 0,
    stdout: "gateway: nothing to do, the configuration is the same\n",
    stderr: "",
  });
  expect(await workers()).toEqual(before);
  await expect(stat(`${system.configFile}.new`)).rejects.toThrow("ENOENT");
});

test.each([
  ["a wrong directive", (text: string) => text.replace("server_tokens off;", "server_tokenz off;")],
  ["a torn file", (text: string) => text.slice(0, text.length / 2)],
  ["an unknown user", () => standardConfig({ user: "nobody-has-this-name" })],
  [
    "a directive of a later nginx",
    (text: string) => text.replace("http {", "http {\n    no_such_directive 5s;"),
  ],
])("%s is refused with nginx's words, and the old configuration serves on", async (_what, breaking) => {
  await deploy({});
  const [before, text] = [await workers(), await readFile(system.configFile, "utf8")];
  await newConfig(breaking(text));

  const result = await reload();

  expect(result.code).toBe(3);
  expect(result.stderr).toMatch(
    /^gateway: nginx refuses the new configuration, the one in use stays:\n.*\[emerg\].* in .*nginx\.conf\.new:\d+/,
  );
  expect(await readFile(system.configFile, "utf8")).toBe(text);
  expect(await workers()).toEqual(before);
  expect((await ask(system.port, "/api/users")).status).toBe(200);
  await rm(`${system.configFile}.new`);
});

test("a configuration is only tried out while nothing is to change yet", async () => {
  await deploy({});
  const text = await readFile(system.configFile, "utf8");
  const tried = async (config: string) => {
    await newConfig(config);
    const argv = [RELOAD, system.configFolder, system.image, system.gatewayName];
    return run(argv, { allowFailure: true, env: { TRY_ONLY: "1", LOCK: lock } });
  };
  // A deployment that is refused here is no longer under way.
  const lock = join(system.folder, "deploy.lock");
  await writeFile(lock, "a deployment");

  expect(await tried(standardConfig({ readTimeoutSeconds: 7 }))).toMatchObject({
    code: 0,
    stdout: "gateway: nginx accepts the configuration\n",
  });
  await stat(lock);
  expect(await tried(text.replace("http {", "http {\n    no_such_directive 5s;"))).toMatchObject({
    code: 3,
    stderr: expect.stringContaining('unknown directive "no_such_directive"') as string,
  });
  expect(await readFile(system.configFile, "utf8")).toBe(text);
  await expect(stat(`${system.configFile}.new`)).rejects.toThrow("ENOENT");
  await expect(stat(lock)).rejects.toThrow("ENOENT");
});

test("no request is lost while the configuration changes again and again", async () => {
  await deploy({});
  const traffic = load("/api/users");

  for (const readTimeoutSeconds of [30, 31, 32, 33, 34]) {
    expect((await deploy({ readTimeoutSeconds })).code).toBe(0);
  }

  const seen = await traffic.stop();
  expect([...seen.keys()]).toEqual(["200"]);
  expect(seen.get("200")).toBeGreaterThan(100);
});

test("a request under way is finished by the old workers, and --drain waits for it", async () => {
  await deploy({});
  const slow = echoOf(system.port, answering("/api/users", { delayMs: 3000 }));
  await waitFor("the slow request to be under way", 10, async () => {
    const { stdout } = await run(["docker", "exec", system.gatewayName, "cat", "/proc/net/tcp"]);
    // Port 3001 is 0BB9; 01 is an established connection.
    return stdout.includes(":0BB9 01 ");
  });
  await newConfig(standardConfig({ readTimeoutSeconds: 35 }));
  const start = Date.now();

  const result = await reload(["--drain", "20"]);

  expect(result).toMatchObject({ code: 0, stdout: "gateway: the configuration is in use\n" });
  expect(Date.now() - start).toBeGreaterThan(1000);
  expect(await slow).toMatchObject({ service: "user-service" });
});

test("a run that was cut after the new file lay in place is completed by the next", async () => {
  await deploy({});
  await writeFile(system.configFile, standardConfig({ deniedPaths: ["/api/users"] }));
  await rm(join(system.configFolder, ".loaded"));

  expect(await reload()).toMatchObject({ code: 0, stdout: "gateway: the configuration is in use\n" });
  expect((await ask(system.port, "/api/users")).status).toBe(403);
  await deploy({});
});

test("a folder that the container does not mount is noticed, and gets its old file back", async () => {
  const folder = join(system.folder, "elsewhere");
  await mkdir(folder);
  await writeFile(join(folder, "nginx.conf"), standardConfig({ readTimeoutSeconds: 40 }));
  await writeFile(join(folder, "nginx.conf.new"), standardConfig({ readTimeoutSeconds: 41 }));

  const result = await run([RELOAD, folder, system.image, system.gatewayName], { allowFailure: true });

  expect(result.code).toBe(1);
  expect(result.stderr).toContain(
    `gateway: ${system.gatewayName} does not have ${folder} mounted at /etc/nginx/emaintenance, ` +
      `so it would not see the new file\n`,
  );
  expect(await readFile(join(folder, "nginx.conf"), "utf8")).toBe(standardConfig({ readTimeoutSeconds: 40 }));
});

test("before there is a container, the tested file is laid down for it; names come from the environment too", async () => {
  const folder = join(system.folder, "first");
  await mkdir(folder);
  await writeFile(join(folder, "nginx.conf.new"), standardConfig());
  const env = { FOLDER: folder, IMAGE: system.image, CONTAINER: `${system.id}-later` };

  const first = await run([RELOAD], { env });
  const second = await run([RELOAD], { env });

  expect(first.stdout).toBe(
    `gateway: the configuration is in place; ${system.id}-later does not run, and reads it when it starts\n`,
  );
  expect(second.stdout).toBe("gateway: nothing to do, the configuration is the same\n");
  expect(await readFile(join(folder, "nginx.conf"), "utf8")).toBe(standardConfig());
});

test("an image that is not there is not nginx's refusal", async () => {
  await newConfig(standardConfig({ readTimeoutSeconds: 42 }));
  const image = `${system.id}.invalid/none:1`;

  const result = await run([RELOAD, system.configFolder, image, system.gatewayName], { allowFailure: true });

  expect(result.code).toBe(1);
  expect(result.stderr).toContain(
    `gateway: the new configuration cannot be tested with the image ${image}, the one in use stays:\n`,
  );
  await rm(`${system.configFile}.new`);
});

test.each([
  [["--wait"], '--wait takes a number of seconds, not ""'],
  [["--drain", "1m"], '--drain takes a number of seconds, not "1m"'],
  [["--now"], "unknown option --now: see reload.sh --help"],
  [["/tmp"], "expected FOLDER IMAGE CONTAINER, got 1 arguments: see reload.sh --help"],
  [[], "FOLDER, IMAGE or CONTAINER is missing: see reload.sh --help"],
  [
    ["/no/folder", "image", "name"],
    "/no/folder is no folder with an absolute path: name the one that gets nginx.conf.new",
  ],
  [["tmp", "image", "name"], "tmp is no folder with an absolute path: name the one that gets nginx.conf.new"],
])("reload.sh %j is wrong usage", async (words, message) => {
  const result = await run([RELOAD, ...words], { allowFailure: true });
  expect(result).toMatchObject({ code: 2, stdout: "", stderr: `gateway: ${message}\n` });
});

test("--help tells all of it", async () => {
  const { stdout } = await run([RELOAD, "--help"]);
  expect(stdout).toMatch(/^usage: reload\.sh/);
  expect(stdout).toContain("exit codes:");
});
