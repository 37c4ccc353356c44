import { PublishedPort } from "../../constructs/values/published-port";
import { container, containers, environment } from "../support/stack-json";
import { local } from "../support/stacks";

const SERVICES = ["user-service", "work-order-service", "asset-service", "web"];

describe("the development stack", () => {
  const stack = local();

  test("uses this machine's own Docker Engine, and no other machine", () => {
    expect(stack.provider).toEqual({ docker: [{ host: "${local.engine}" }], null: [{}] });
    expect(JSON.stringify(stack)).not.toMatch(/ssh|remote-exec/);
  });

  test("has no variable, so that nothing of production's gets in", () => {
    expect(stack).not.toHaveProperty("variable");
    expect(JSON.stringify(stack)).not.toContain("${var.");
  });

  test("puts nothing under /opt", () => {
    expect(JSON.stringify(stack)).not.toContain("/opt/");
  });

  test("lets Docker keep the files, in volumes that carry the project's name", () => {
    for (const volume of Object.values(stack.resource.docker_volume ?? {})) {
      expect(volume).not.toHaveProperty("driver_opts");
      expect(volume.name).toMatch(/^emaintenance-/);
    }
  });

  describe.each(SERVICES)("%s", (service) => {
    const json = container(stack, service);

    test("runs for development, with all that it can say in the log", () => {
      expect(environment(json)).toMatchObject({ NODE_ENV: "development", LOG_LEVEL: "debug" });
    });

    test("is started from the source by its dev command, as the developer", () => {
      expect(json).toMatchObject({
        command: ["npm", "run", "dev"],
        working_dir: `/workspace/apps/${service}`,
        user: "${local.user}",
      });
      expect(json.volumes).toContainEqual({ container_path: "/workspace", host_path: "${local.source}" });
    });

    test("has its packages from a volume, and starts when they are installed", () => {
      expect(json.volumes).toContainEqual({
        container_path: "/workspace/node_modules",
        volume_name: "${docker_volume.source_node_modules.name}",
      });
      expect(json.depends_on).toContain("null_resource.install_gate");
    });
  });

  test("installs packages again for another lock file, and not otherwise", () => {
    const digest = (json = local()) => environment(container(json, "install")).LOCK_DIGEST;

    expect(digest()).toMatch(/^[0-9a-f]{12}$/);
    expect(digest(local({ development: { source: "/nowhere" } }))).not.toBe(digest());
  });

  test("runs the migration of the source", () => {
    expect(container(stack, "migration")).toMatchObject({
      command: ["npm", "run", "migrate"],
      working_dir: "/workspace/apps/user-service",
    });
  });

  test("reads the gateway's configuration next to the synthesised stack, wherever that is", () => {
    const [configuration] = container(stack, "nginx").volumes;

    expect(configuration).toMatchObject({
      container_path: "/etc/nginx/emaintenance",
      host_path: expect.stringMatching(/^\$\{local\.folder\}\/containers\/gateway-/) as string,
      read_only: true,
    });
  });

  test("takes a team's own settings", () => {
    const own = local({
      postgres: { publish: [PublishedPort.loopback(15_432)] },
      web: { logLevel: "warn" },
      gateway: { publish: [PublishedPort.loopback(8080)] },
      development: { services: { web: { folder: "frontend", command: ["npx", "vite"] } } },
    });

    expect(container(own, "postgres").ports[0]?.external).toBe(15_432);
    expect(environment(container(own, "web")).LOG_LEVEL).toBe("warn");
    expect(container(own, "nginx").ports[0]?.external).toBe(8080);
    expect(container(own, "web")).toMatchObject({
      command: ["npx", "vite"],
      working_dir: "/workspace/frontend",
    });
    expect(Object.keys(containers(own))).toEqual(Object.keys(containers(stack)));
  });

  test("asks for health every second at the start, if the engine can", () => {
    const { healthcheck } = container(local({ machine: { startInterval: true } }), "web");

    expect(healthcheck).toMatchObject({ interval: "30s", start_interval: "1s" });
  });

  test("polls files for changes, if that is needed", () => {
    expect(environment(container(local({ machine: { polling: true } }), "web"))).toMatchObject({
      CHOKIDAR_USEPOLLING: "true",
      WATCHPACK_POLLING: "true",
    });
  });
});

describe("a source that cannot be used", () => {
  const refusal = (stack: ReturnType<typeof local>) =>
    (container(stack, "install").lifecycle as { readonly precondition?: unknown }).precondition;

  test("is refused when development is planned, and does not keep production from being synthesised", () => {
    expect(refusal(local({ development: { source: "/nowhere" } }))).toEqual([
      {
        condition: "${1 == 0}",
        error_message:
          "the source folder /nowhere does not exist: clone the application there, or name another folder by " +
          "EMAINTENANCE_SOURCE or `npm run dev -- --source FOLDER`",
      },
    ]);
  });

  test("is not the usual case", () => {
    expect(refusal(local())).toBeUndefined();
  });
});

describe("only the infrastructure", () => {
  const stack = local({ machine: { only: "infrastructure" } });

  test("is the database and the cache, and what they need", () => {
    expect(Object.keys(containers(stack))).toEqual(["postgres", "redis"]);
    expect(Object.keys(stack.resource.docker_image ?? {})).toEqual(["postgres", "redis"]);
    expect(Object.keys(stack.resource.docker_volume ?? {})).toEqual(["postgres_data", "redis_data"]);
    expect(stack.resource).not.toHaveProperty("null_resource");
  });
});

describe("a service on the machine itself", () => {
  const stack = local({ machine: { onHost: ["user-service"] } });
  const json = container(stack, "user-service");

  test("has a stand-in under its name, which leads to the machine and leaves its ports alone", () => {
    expect(json).toMatchObject({
      command: ["node", "/emaintenance/forward.cjs"],
      host: [{ host: "host.docker.internal", ip: "host-gateway" }],
      ports: [],
    });
    expect(environment(json).EMAINTENANCE_FORWARD_TO).toBe("host.docker.internal:3001");
  });

  test("is not waited for", () => {
    expect(
      Object.values(containers(stack))
        .filter(({ wait }) => wait === true)
        .map(({ name }) => name),
    ).toEqual(["emaintenance-postgres", "emaintenance-redis"]);
  });

  test("may be configured for the whole team too", () => {
    const team = local({ development: { onHost: ["web"] } });

    expect(container(team, "web").command).toEqual(["node", "/emaintenance/forward.cjs"]);
  });
});

describe("one of several development systems", () => {
  const stack = local({ machine: { instance: "trial", portOffset: 1000 } });

  test("has its name in every name", () => {
    const names = ["docker_container", "docker_network", "docker_volume"].flatMap((type) =>
      Object.values(stack.resource[type] ?? {}).map(({ name }) => name),
    );

    expect(names.filter((name) => !String(name).startsWith("emaintenance-trial-"))).toEqual([]);
  });

  test("has its own ports, and answers on them", () => {
    const ports = Object.values(containers(stack)).flatMap((json) =>
      json.ports.map(({ external }) => external),
    );

    expect(ports.sort((a, b) => a - b)).toEqual([
      4000, 4001, 4002, 4003, 4030, 6433, 7379, 10_229, 10_230, 10_231, 10_232,
    ]);
    expect(stack.output?.url?.value).toBe("http://localhost:4030");
  });

  test("is inside its network like any other", () => {
    expect(environment(containers(stack).web!)).toMatchObject({
      USER_SERVICE_URL: "http://emaintenance-user-service:3001",
    });
  });
});
