import { randomBytes } from "node:crypto";
import { type BaseImages, ensureBaseImages } from "../../../lib/images/images";
import { run, type RunResult, waitFor } from "../../../lib/run";

const PREFIX = `images-test-${randomBytes(4).toString("hex")}`;
const NETWORK = PREFIX;
const PASSWORD = `p/#@:%\${}'" \\ long enough`;

/** As the production stack runs the data tier. */
const HARDENED = [
  ...[
    "--init",
    "--read-only",
    "--tmpfs",
    "/tmp",
    "--security-opt",
    "no-new-privileges:true",
    "--cap-drop",
    "ALL",
  ],
  ...["CHOWN", "DAC_OVERRIDE", "FOWNER", "KILL", "SETGID", "SETUID"].flatMap((name) => ["--cap-add", name]),
];

let images: BaseImages;
const docker = (args: readonly string[], env: Record<string, string> = {}): Promise<RunResult> =>
  run(["docker", ...args], { env });
const nameOf = (what: string) => `${PREFIX}-${what}`;
const start = (
  what: string,
  image: string,
  options: readonly string[],
  command: readonly string[],
  env = {},
) =>
  docker(
    [
      "run",
      "--detach",
      "--name",
      nameOf(what),
      "--network",
      NETWORK,
      ...HARDENED,
      ...options,
      image,
      ...command,
    ],
    env,
  );
const exec = (what: string, ...argv: string[]) =>
  run(["docker", "exec", nameOf(what), ...argv], { allowFailure: true });
const logs = async (what: string) => {
  const { stdout, stderr } = await docker(["logs", nameOf(what)]);
  return stdout + stderr;
};

beforeAll(async () => {
  images = await ensureBaseImages();
  await docker(["network", "create", NETWORK]);
}, 900_000);

afterAll(async () => {
  const { stdout } = await docker(["ps", "--all", "--quiet", "--filter", `name=^${PREFIX}-`]);
  for (const id of stdout.split("\n").filter(Boolean)) await docker(["rm", "--force", "--volumes", id]);
  await docker(["network", "rm", NETWORK]);
}, 120_000);

describe("PostgreSQL", () => {
  const query = async (sql: string, ...connection: string[]) =>
    exec("postgres", "psql", "-XAtq", ...connection, "-U", "owner", "-d", "orders", "-c", sql);
  const answers = async () => (await query("SELECT 1")).code === 0;

  beforeAll(async () => {
    const environment = ["POSTGRES_USER=owner", "POSTGRES_DB=orders", "POSTGRES_PASSWORD"].flatMap((name) => [
      "-e",
      name,
    ]);
    const options = ["--tmpfs", "/run", "--tmpfs", "/var/run/postgresql", ...environment];
    await start("postgres", images.postgres, options, ["postgres", "-c", "max_connections=33"], {
      POSTGRES_PASSWORD: PASSWORD,
    });
    await waitFor("an answer of PostgreSQL over TCP", 60, async () => {
      const ready = await exec("postgres", "pg_isready", "-h", "127.0.0.1", "-U", "owner", "-d", "orders");
      return ready.code === 0;
    });
  }, 120_000);

  test("has the user and the database of its environment, and takes options", async () => {
    expect((await query("SELECT current_user, current_database()")).stdout.trim()).toBe("owner|orders");
    expect((await query("SHOW max_connections")).stdout.trim()).toBe("33");
  });

  test.each([
    ["the right password", PASSWORD, 0],
    ["a wrong one", "wrong", 2],
  ])("other containers log in with %s, or not", async (_, password, code) => {
    const client = ["run", "--rm", "--network", NETWORK, "-e", "PGPASSWORD", images.postgres];
    const result = await run(
      [
        "docker",
        ...client,
        "psql",
        "-XAtq",
        "-h",
        nameOf("postgres"),
        "-U",
        "owner",
        "-d",
        "orders",
        "-c",
        "SELECT 1",
      ],
      { env: { PGPASSWORD: password }, allowFailure: true },
    );
    expect(result.code).toBe(code);
  });

  test("runs as its own user, on data that only this user reads", async () => {
    const user = await exec(
      "postgres",
      "sh",
      "-c",
      "stat -c %U /proc/$(head -1 $PGDATA/postmaster.pid) $PGDATA; stat -c %a $PGDATA",
    );
    expect(user.stdout.trim().split("\n")).toEqual(["postgres", "postgres", "700"]);
  });

  test("stops cleanly, and finds its data when it comes back", async () => {
    await query("CREATE TABLE kept AS SELECT 42 AS answer");
    await docker(["restart", "--time", "30", nameOf("postgres")]);
    await waitFor("an answer of PostgreSQL", 60, answers);
    expect((await query("SELECT answer FROM kept")).stdout.trim()).toBe("42");
    const log = await logs("postgres");
    expect(log).toContain("received fast shutdown request");
    expect(log).not.toContain("was interrupted");
  }, 120_000);

  test("does not start without data and without a password, and says why", async () => {
    const result = await run(["docker", "run", "--rm", images.postgres], { allowFailure: true });
    expect(result.code).toBe(1);
    expect(result.stderr).toContain("POSTGRES_PASSWORD");
  });
});

describe("Redis", () => {
  const client = (...argv: string[]) =>
    docker(["run", "--rm", "--network", NETWORK, images.redis, "redis-cli", "-h", nameOf("redis"), ...argv]);

  test("answers other containers, runs as its own user, and finds its data when it comes back", async () => {
    await start("redis", images.redis, [], ["redis-server", "--appendonly", "yes"]);
    await waitFor("an answer of Redis", 30, async () =>
      (await exec("redis", "redis-cli", "ping")).stdout.startsWith("PONG"),
    );
    expect((await client("set", "kept", "yes")).stdout.trim()).toBe("OK");
    expect((await exec("redis", "stat", "-c", "%U", "/data/appendonlydir")).stdout.trim()).toBe("redis");

    await docker(["restart", "--time", "30", nameOf("redis")]);
    await waitFor("an answer of Redis", 30, async () =>
      (await exec("redis", "redis-cli", "ping")).stdout.startsWith("PONG"),
    );
    expect((await client("get", "kept")).stdout.trim()).toBe("yes");
    expect(await logs("redis")).toContain("User requested shutdown");
  }, 120_000);
});

describe("Node", () => {
  test("has Node 20 with npm, and reaches this machine's package registry", async () => {
    const { stdout } = await docker([
      "run",
      "--rm",
      images.node,
      "sh",
      "-c",
      "node --version && npm ping 2>&1",
    ]);
    expect(stdout).toMatch(/^v20\./);
    expect(stdout).toContain("PONG");
  }, 60_000);
});

describe("Nginx", () => {
  test("serves its page, with its workers as the user nginx or www-data", async () => {
    await docker(["run", "--detach", "--name", nameOf("nginx"), "--network", NETWORK, images.nginx]);
    const page = await waitFor("an answer of Nginx", 30, async () => {
      const answer = await exec("nginx", "curl", "-fsS", "http://127.0.0.1/");
      return answer.code === 0 && answer.stdout;
    });
    expect(page).toContain("nginx");
    expect((await exec("nginx", "getent", "passwd", "nginx")).code).toBe(0);
  }, 60_000);
});
