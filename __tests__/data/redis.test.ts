import { Redis, type RedisProps } from "../../constructs/data/redis";
import { PublishedPort } from "../../constructs/values/published-port";
import { container, environment, label } from "../support/stack-json";
import { TestStack } from "../support/test-stack";

function made(props: Partial<RedisProps> = {}) {
  const stack = new TestStack();
  const redis = new Redis(stack, "redis", {
    image: stack.image("redis"),
    network: stack.network,
    volume: stack.volume,
    password: stack.variables.redisPassword.stringValue,
    ...props,
  });
  return { stack, redis, json: () => container(stack.synthesise(), "redis") };
}

/** What follows an option on the command line. */
const option = (command: readonly string[] = [], name: string) => command[command.indexOf(`--${name}`) + 1];

describe("Redis", () => {
  const json = made().json();

  test("writes every change to its volume", () => {
    expect(option(json.command, "appendonly")).toBe("yes");
    expect(option(json.command, "dir")).toBe("/data");
    expect(json.volumes).toEqual([
      { container_path: "/data", volume_name: "${docker_volume.test_data.name}" },
    ]);
  });

  test("refuses writes when its memory is full, instead of dropping a user's session", () => {
    expect(option(json.command, "maxmemory-policy")).toBe("noeviction");
  });

  test.each([
    [undefined, "307mb"],
    [1024, "614mb"],
    [64, "38mb"],
  ])("leaves room for the rewrite of its file: of %s MiB, data gets %s", (memoryMiB, share) => {
    const { command } = made({ limits: { memoryMiB } }).json();

    expect(option(command, "maxmemory")).toBe(share);
  });

  test("is healthy when it answers a ping, with the password, and also while it has none yet", () => {
    expect(json.healthcheck?.test).toEqual([
      "CMD-SHELL",
      'REDISCLI_AUTH="$REDIS_PASSWORD" redis-cli --user default -p 6379 ping | grep -qx PONG',
    ]);
  });

  test("writes to its volume and to memory only", () => {
    expect(Object.keys(json.tmpfs)).toEqual(["/run", "/tmp"]);
    expect(json.read_only).toBe(true);
  });

  test("may become the user redis, signal it, and nothing else", () => {
    expect(json.capabilities).toEqual({
      add: ["CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FOWNER", "CAP_KILL", "CAP_SETGID", "CAP_SETUID"],
      drop: ["ALL"],
    });
  });

  test("has time to write what is pending when it stops, and is never removed because it is stopped", () => {
    expect(json).toMatchObject({ stop_timeout: 60, destroy_grace_seconds: 60, must_run: false });
  });

  test("belongs to the data tier, and is published nowhere", () => {
    expect(label(json, "tier")).toBe("data");
    expect(json.ports).toEqual([]);
  });
});

describe("the password of Redis", () => {
  test("is never on a command line", () => {
    const stack = new TestStack();
    const password = stack.variables.redisPassword.stringValue;

    new Redis(stack, "redis", {
      image: stack.image("redis"),
      network: stack.network,
      volume: stack.volume,
      password,
    });

    const { command, entrypoint, healthcheck, ...rest } = container(stack.synthesise(), "redis");
    expect(JSON.stringify([command, entrypoint, healthcheck])).not.toContain("var.REDIS_PASSWORD");
    expect(environment(rest as never)).toEqual({ REDIS_PASSWORD: "${var.REDIS_PASSWORD}" });
  });
});

describe("a service that is granted access to Redis", () => {
  test("gets the URL, and starts after Redis is ready", () => {
    // GIVEN
    const { redis, stack } = made({ port: 6380, publish: [PublishedPort.loopback(6379)] });
    const service = { setEnvironment: jest.fn(), startAfterContainer: jest.fn() };

    // WHEN
    redis.grantAccess(service);

    // THEN
    const [name, url] = service.setEnvironment.mock.calls[0] as [string, string];
    expect(name).toBe("REDIS_URL");
    expect(stack.resolved(url)).toBe(
      'redis://default:${replace(urlencode(var.REDIS_PASSWORD), "+", "%20")}@emaintenance-redis:6380',
    );
    expect(service.startAfterContainer).toHaveBeenCalledWith(redis.container);
  });
});

describe("Redis refuses", () => {
  test("a port out of range", () => {
    expect(() => made({ port: 70_000 })).toThrow(
      new Error("port 70000 is out of range: expected an integer from 1 to 65535"),
    );
  });

  test("memory below its need", () => {
    expect(() => made({ limits: { memoryMiB: 32 } })).toThrow(
      new Error("memory limit of redis is 32 MiB: it needs at least 64 MiB; raise limits.memoryMiB"),
    );
  });
});
