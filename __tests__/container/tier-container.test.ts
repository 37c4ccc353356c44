import { TierContainer, type TierContainerProps } from "../../constructs/container/tier-container";
import { Tmpfs } from "../../constructs/container/tmpfs";
import { HealthCheck } from "../../constructs/values/health-check";
import { PublishedPort } from "../../constructs/values/published-port";
import { container, environment, label, type ContainerJson } from "../support/stack-json";
import { TestStack } from "../support/test-stack";

/** The container of a stack that holds nothing else, with the given props and the required ones. */
function made(
  props: Partial<TierContainerProps> = {},
  then: (one: TierContainer) => void = () => undefined,
): ContainerJson {
  const stack = new TestStack();
  const one = new TierContainer(stack, "one", {
    tier: "api",
    service: "user-service",
    image: stack.image("user-service"),
    network: stack.network,
    healthCheck: HealthCheck.shell("true"),
    limits: {},
    replacedWhenStopped: true,
    ...props,
  });
  then(one);
  return container(stack.synthesise(), "user-service");
}

describe("every container", () => {
  const plain = made();

  test("has its name, and answers on the network to the short and the long one", () => {
    expect(plain).toMatchObject({
      name: "emaintenance-user-service",
      hostname: "emaintenance-user-service",
      networks_advanced: [
        { name: "${docker_network.network.name}", aliases: ["user-service", "emaintenance-user-service"] },
      ],
    });
  });

  test("runs the image by its id, so that a new image under an old tag replaces it", () => {
    expect(plain.image).toBe("${docker_image.user_service.image_id}");
  });

  test("starts again after a crash or a reboot, unless the operator stopped it", () => {
    expect(plain.restart).toBe("unless-stopped");
  });

  test("keeps three log files of 10 MB", () => {
    expect(plain).toMatchObject({
      log_driver: "json-file",
      log_opts: { "max-size": "10m", "max-file": "3" },
    });
  });

  test("is asked for its health every 30 s, has 10 s to answer and three tries, and is asked fast at the start", () => {
    expect(plain.healthcheck).toEqual({
      test: ["CMD-SHELL", "true"],
      interval: "30s",
      timeout: "10s",
      retries: 3,
      start_period: "1m0s",
      start_interval: "500ms",
    });
  });

  test("holds up whatever depends on it until it is healthy, for two minutes at most", () => {
    expect(plain).toMatchObject({ wait: true, wait_timeout: 120 });
  });

  test("has a read-only root, and a /tmp in memory in which nothing can be run", () => {
    expect(plain).toMatchObject({
      read_only: true,
      tmpfs: { "/tmp": "rw,noexec,nosuid,nodev,size=64m,mode=1777" },
    });
  });

  test("has no privileges and cannot get any", () => {
    expect(plain).toMatchObject({
      capabilities: { add: [], drop: ["ALL"] },
      security_opts: ["no-new-privileges:true"],
    });
    expect(plain).not.toHaveProperty("privileged");
  });

  test("has an init that reaps what its program leaves behind", () => {
    expect(plain.init).toBe(true);
  });

  test("may use one core and 512 MiB, and no swap", () => {
    expect(plain).toMatchObject({ cpus: "1.0", memory: 512, memory_swap: 512 });
  });

  test("gets half a minute to stop, from Docker and from the provider", () => {
    expect(plain).toMatchObject({ stop_timeout: 30, destroy_grace_seconds: 30 });
  });

  test("says on its labels where it belongs, and nothing that is another with each release", () => {
    expect(label(plain, "tier")).toBe("api");
    expect(label(plain, "service")).toBe("user-service");
    expect(label(plain, "settings")).toMatch(/^[0-9a-f]{12}$/);
  });

  test("publishes nothing", () => {
    expect(plain.ports).toEqual([]);
  });
});

describe("a container may have", () => {
  test("limits of its own, with swap still off", () => {
    expect(made({ limits: { cpus: 0.5, memoryMiB: 1024 } })).toMatchObject({
      cpus: "0.5",
      memory: 1024,
      memory_swap: 1024,
    });
  });

  test("the capabilities that its program needs, and no others", () => {
    expect(made({ capabilities: ["CHOWN", "SETUID"] }).capabilities).toEqual({
      add: ["CAP_CHOWN", "CAP_SETUID"],
      drop: ["ALL"],
    });
  });

  test("ports on the addresses that were asked for", () => {
    const { ports } = made({
      publish: [
        { containerPort: 80, on: PublishedPort.everywhere(3030) },
        { containerPort: 9000, on: PublishedPort.loopback(9001) },
      ],
    });

    expect(ports).toEqual([
      { internal: 80, external: 3030, ip: "0.0.0.0" },
      { internal: 80, external: 3030, ip: "::" },
      { internal: 9000, external: 9001, ip: "127.0.0.1" },
    ]);
  });

  test("a user, an entrypoint, a command, shared memory and a way to stop", () => {
    expect(
      made({
        user: "1001:1001",
        entrypoint: ["sh", "-c"],
        command: ["exec server"],
        shmSizeMiB: 128,
        stopSignal: "SIGQUIT",
        stopTimeoutSeconds: 90,
      }),
    ).toMatchObject({
      user: "1001:1001",
      entrypoint: ["sh", "-c"],
      command: ["exec server"],
      shm_size: 128,
      stop_signal: "SIGQUIT",
      stop_timeout: 90,
      destroy_grace_seconds: 90,
    });
  });

  test("its own time to become healthy", () => {
    expect(made({ healthyWithinSeconds: 300 }).wait_timeout).toBe(300);
  });

  test.each([
    [true, "is replaced by the next deploy when it does not run"],
    [false, "is left alone, with its log, when it does not run"],
  ])("replacedWhenStopped: %s, and then it %s", (replacedWhenStopped) => {
    expect(made({ replacedWhenStopped }).must_run).toBe(replacedWhenStopped);
  });
});

describe("a job", () => {
  test("runs to its end inside the deploy, once, and is not waited for as healthy", () => {
    const job = made({
      healthCheck: HealthCheck.none(),
      runsToCompletion: true,
      replacedWhenStopped: false,
    });

    expect(job).toMatchObject({ restart: "no", attach: true, must_run: false });
    expect(job).not.toHaveProperty("wait");
    expect(job.healthcheck?.test).toEqual(["NONE"]);
  });
});

describe("text that looks like an expression of Terraform", () => {
  test("stays as it is in command, entrypoint, health check and environment", () => {
    const json = made(
      {
        entrypoint: ["sh", "-c", "echo ${HOSTNAME}"],
        command: ["%{x}"],
        healthCheck: HealthCheck.shell('[ "${A:-}" ]'),
      },
      (one) => one.setEnvironment("PROMPT", "${USER}"),
    );

    expect(json.entrypoint?.at(-1)).toBe("echo $${HOSTNAME}");
    expect(json.command).toEqual(["%%{x}"]);
    expect(json.healthcheck?.test.at(-1)).toBe('[ "$${A:-}" ]');
    expect(environment(json)).toEqual({ PROMPT: "$${USER}" });
  });
});

describe("the environment of a container", () => {
  test("takes the last value of a name, and is sorted, so that the order of the code makes no difference", () => {
    const json = made({}, (one) => {
      one.setEnvironment("TZ", "UTC");
      one.setEnvironment("PORT", "1");
      one.setEnvironment("PORT", "3001");
    });

    expect(json.env).toEqual(["PORT=3001", "TZ=UTC"]);
  });

  test("holds a team's own value, whatever the system sets before or after", () => {
    const json = made({ environment: { LOG_LEVEL: "silly", REDIS_URL: "redis://elsewhere:6379" } }, (one) => {
      one.setEnvironment("LOG_LEVEL", "info");
      one.setEnvironment("REDIS_URL", "redis://emaintenance-redis:6379");
    });

    expect(environment(json)).toEqual({ LOG_LEVEL: "silly", REDIS_URL: "redis://elsewhere:6379" });
  });
});

describe("the start order of a container", () => {
  test("names what it starts after, each once", () => {
    const stack = new TestStack();
    const base = {
      tier: "api",
      network: stack.network,
      healthCheck: HealthCheck.none(),
      limits: {},
      replacedWhenStopped: true,
    } as const;
    const first = new TierContainer(stack, "first", {
      ...base,
      service: "redis",
      image: stack.image("redis"),
    });
    const second = new TierContainer(stack, "second", { ...base, service: "web", image: stack.image("web") });

    second.startAfter(first.resource);
    second.startAfterContainer(first);
    second.startAfter(first.resource);

    expect(second.waitsFor(first)).toBe(true);
    expect(first.waitsFor(second)).toBe(false);
    expect(container(stack.synthesise(), "web").depends_on).toEqual(["docker_container.redis"]);
  });
});

describe("settings that the provider changes on paper only", () => {
  const digest = (props: Partial<TierContainerProps>) => label(made(props), "settings");
  const check = (timing = {}) => HealthCheck.shell("true", timing);
  const usual = { healthCheck: check(), tmpfs: [Tmpfs.at("/tmp", { sizeMiB: 64 })] };

  test.each<[string, Partial<TierContainerProps>]>([
    ["the question of the health check", { healthCheck: HealthCheck.shell("false") }],
    ["the timing of the health check", { healthCheck: check({ intervalSeconds: 31 }) }],
    ["no health check", { healthCheck: HealthCheck.none() }],
    ["the size of a tmpfs", { tmpfs: [Tmpfs.at("/tmp", { sizeMiB: 65 })] }],
    ["the path of a tmpfs", { tmpfs: [Tmpfs.at("/run", { sizeMiB: 64 })] }],
    ["one more tmpfs", { tmpfs: [...usual.tmpfs, Tmpfs.at("/run", { sizeMiB: 1 })] }],
    ["the time to stop", { stopTimeoutSeconds: 31 }],
    ["a published port", { publish: [{ containerPort: 1, on: PublishedPort.loopback(1) }] }],
  ])("%s: another label replaces the container", (_what, change) => {
    expect(digest({ ...usual, ...change })).not.toBe(digest(usual));
  });

  test.each<[string, Partial<TierContainerProps>]>([
    ["the limits", { limits: { memoryMiB: 1024 } }],
    ["the command", { command: ["node", "server.js"] }],
    ["nothing at all", {}],
  ])("%s: the label stays", (_what, change) => {
    expect(digest({ ...usual, ...change })).toBe(digest(usual));
  });

  test("the order in which folders are declared: the label stays", () => {
    const [tmp, run] = [Tmpfs.at("/tmp", { sizeMiB: 64 }), Tmpfs.at("/run", { sizeMiB: 1 })];

    expect(digest({ ...usual, tmpfs: [tmp, run] })).toBe(digest({ ...usual, tmpfs: [run, tmp] }));
  });
});

describe("published ports", () => {
  const publish = (...ports: readonly (readonly [containerPort: number, on: PublishedPort])[]) => ({
    publish: ports.map(([containerPort, on]) => ({ containerPort, on })),
  });
  const digest = (props: Partial<TierContainerProps>, then?: (one: TierContainer) => void) =>
    label(made(props, then), "settings");
  const [v4, v6] = ["0.0.0.0", "::"];
  const usual = digest(publish([80, PublishedPort.everywhere(3030)]));

  test("are not compared with those of the engine, whose order is another one after each start", () => {
    expect(made().lifecycle).toEqual({ ignore_changes: ["ports"] });
  });

  test.each([
    ["the addresses the other way round", publish([80, PublishedPort.everywhere(3030, [v6, v4])])],
    ["the addresses as they are", publish([80, PublishedPort.everywhere(3030, [v4, v6])])],
  ])("%s: the label stays", (_what, props) => {
    expect(digest(props)).toBe(usual);
  });

  test("in another order: the label stays", () => {
    const [one, other] = [PublishedPort.loopback(3001), PublishedPort.everywhere(3030)];

    expect(digest(publish([3001, one], [80, other]))).toBe(digest(publish([80, other], [3001, one])));
  });

  test.each([
    ["another port of the host", publish([80, PublishedPort.everywhere(3031)])],
    ["another port of the container", publish([81, PublishedPort.everywhere(3030)])],
    ["an address less", publish([80, PublishedPort.everywhere(3030, [v4])])],
    ["another address", publish([80, PublishedPort.everywhere(3030, [v4, "::1"])])],
    ["none at all", {}],
  ])("%s: another label replaces the container", (_what, props) => {
    expect(digest(props)).not.toBe(usual);
  });

  test("that are added later are in the label too", () => {
    const run = { command: ["node"], user: "1000:1000" };
    const withPort = (port: number) => (one: TierContainer) =>
      one.runInstead({ ...run, loopbackPorts: [{ containerPort: 9229, port }] });
    const without = (one: TierContainer) => one.runInstead(run);

    const digests = [digest({}, without), digest({}, withPort(9229)), digest({}, withPort(9230))];
    expect(new Set(digests).size).toBe(3);
  });
});
