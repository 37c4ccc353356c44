import { Resource } from "@cdktf/provider-null/lib/resource";
import { ApiService, type ApiServiceProps } from "../../constructs/api/api-service";
import { PublishedPort } from "../../constructs/values/published-port";
import { declared } from "../support/declared";
import { container, environment, label } from "../support/stack-json";
import { TestStack } from "../support/test-stack";

function service(stack: TestStack, props: Partial<ApiServiceProps> = {}) {
  const { declaration = declared("user-service") } = props;
  return new ApiService(stack, declaration.name, {
    declaration,
    image: stack.image(declaration.name),
    network: stack.network,
    nodeEnv: "production",
    corsOrigin: "http://203.0.113.10:3030",
    ...props,
  });
}

function made(props: Partial<ApiServiceProps> = {}) {
  const stack = new TestStack();
  service(stack, props);
  return container(stack.synthesise(), props.declaration?.name ?? "user-service");
}

describe("a service", () => {
  const json = made();

  test("gets the usual environment", () => {
    expect(environment(json)).toEqual({
      NODE_ENV: "production",
      PORT: "3001",
      CORS_ORIGIN: "http://203.0.113.10:3030",
      LOG_LEVEL: "info",
      TZ: "UTC",
    });
  });

  test("runs as the user of the deployment document, without any capability", () => {
    expect(json.user).toBe("1001:1001");
    expect(json.capabilities).toEqual({ add: [], drop: ["ALL"] });
  });

  test("is healthy when its /health says so", () => {
    expect(json.healthcheck?.test.slice(0, 3)).toEqual(["CMD", "node", "-e"]);
    expect(json.healthcheck?.test.at(-1)).toContain("ask('http://127.0.0.1:3001/health'");
  });

  test("runs the image's own command", () => {
    expect(json).not.toHaveProperty("command");
  });

  test("belongs to the API tier", () => {
    expect(label(json, "tier")).toBe("api");
  });

  test("is replaced when it does not run, and has half a minute to end what it has begun", () => {
    expect(json).toMatchObject({ must_run: true, stop_timeout: 30 });
  });

  test("is published nowhere, and keeps nothing outside of the container", () => {
    expect(json.ports).toEqual([]);
    expect(json.volumes).toEqual([]);
  });
});

describe("a service with settings of a team's own", () => {
  test("listens, is asked and is published on another port", () => {
    const json = made({ port: 4001, publish: [PublishedPort.loopback(3001)] });

    expect(environment(json).PORT).toBe("4001");
    expect(json.healthcheck?.test.at(-1)).toContain("127.0.0.1:4001/health");
    expect(json.ports).toEqual([{ internal: 4001, external: 3001, ip: "127.0.0.1" }]);
  });

  test("is asked at another path, at another pace", () => {
    const json = made({ healthPath: "/api/health?deep=1", healthCheck: { intervalSeconds: 10 } });

    expect(json.healthcheck?.test.at(-1)).toContain("127.0.0.1:3001/api/health?deep=1'");
    expect(json.healthcheck).toMatchObject({ interval: "10s", timeout: "10s" });
  });

  test("logs more, in its own time zone, for another origin", () => {
    const json = made({ logLevel: "debug", timeZone: "Asia/Shanghai", corsOrigin: "https://intranet" });

    expect(environment(json)).toMatchObject({
      LOG_LEVEL: "debug",
      TZ: "Asia/Shanghai",
      CORS_ORIGIN: "https://intranet",
    });
  });

  test("has limits, a command and folders of its own", () => {
    const json = made({
      limits: { cpus: 2, memoryMiB: 768 },
      command: ["node", "--enable-source-maps", "server.js"],
      volumes: [{ hostPath: "/opt/emaintenance/logs/user-service", containerPath: "/app/logs" }],
    });

    expect(json).toMatchObject({ cpus: "2.0", memory: 768, memory_swap: 768 });
    expect(json.command).toEqual(["node", "--enable-source-maps", "server.js"]);
    expect(json.volumes).toEqual([
      { host_path: "/opt/emaintenance/logs/user-service", container_path: "/app/logs" },
    ]);
  });

  test("has an environment that wins over everything else, also over what relations set", () => {
    // GIVEN
    const stack = new TestStack();
    const own = service(stack, {
      environment: { DATABASE_URL: "postgresql://elsewhere", SMTP_HOST: "mail" },
    });

    // WHEN
    own.setEnvironment("DATABASE_URL", "postgresql://emaintenance-postgres");

    // THEN
    expect(environment(container(stack.synthesise(), "user-service"))).toMatchObject({
      DATABASE_URL: "postgresql://elsewhere",
      SMTP_HOST: "mail",
    });
  });
});

test.each([
  ["user-service", 3001],
  ["work-order-service", 3002],
  ["asset-service", 3003],
])("%s answers on the port of the deployment document, or on another", (name, port) => {
  const declaration = declared(name);

  expect(service(new TestStack(), { declaration }).url).toBe(`http://emaintenance-${name}:${port}`);
  expect(environment(made({ declaration })).PORT).toBe(String(port));
  expect(service(new TestStack(), { declaration, port: 8080 }).url).toBe(`http://emaintenance-${name}:8080`);
});

describe("a service that is connected to another", () => {
  test("knows its address, and starts after it is healthy", () => {
    // GIVEN
    const stack = new TestStack();
    const users = service(stack);
    const workOrders = service(stack, { declaration: declared("work-order-service") });

    // WHEN
    workOrders.connectTo(users);

    // THEN
    const json = container(stack.synthesise(), "work-order-service");
    expect(environment(json).USER_SERVICE_URL).toBe("http://emaintenance-user-service:3001");
    expect(json.depends_on).toEqual(["docker_container.user_service"]);
  });

  test("starts after what makes the other one ready, even if that is declared later", () => {
    // GIVEN
    const stack = new TestStack();
    const users = service(stack);
    const workOrders = service(stack, { declaration: declared("work-order-service") });

    // WHEN
    workOrders.connectTo(users);
    users.container.readyAfter(new Resource(stack, "gate"));

    // THEN
    const json = container(stack.synthesise(), "work-order-service");
    expect(json.depends_on).toEqual(["null_resource.gate"]);
  });
});

describe("a service refuses", () => {
  test.each<[Partial<ApiServiceProps>, string]>([
    [{ healthPath: "health" }, '  healthPath is "health": expected a path such as "/health"'],
    [{ healthPath: "/a'b" }, '  healthPath is "/a\'b": expected a path such as "/health"'],
    [
      { timeZone: "Mars/Olympus" },
      '  timeZone is "Mars/Olympus": expected a time zone of the tz database, such as "UTC" or "Europe/Berlin"',
    ],
    [
      { environment: { "SMTP-HOST": "mail" } },
      '  a name in environment is "SMTP-HOST": expected a variable name: letters, digits and _',
    ],
    [
      { environment: { "A=B": "x" }, healthPath: "" },
      '  healthPath is "": expected a path such as "/health"\n' +
        '  a name in environment is "A=B": expected a variable name: letters, digits and _',
    ],
  ])("%j", (props, findings) => {
    expect(() => made(props)).toThrow(new Error(`invalid settings for test/user-service:\n${findings}`));
  });

  test("a port out of range", () => {
    expect(() => made({ port: 65_536 })).toThrow(
      new Error("port 65536 is out of range: expected an integer from 1 to 65535"),
    );
  });

  test("memory below its need", () => {
    expect(() => made({ limits: { memoryMiB: 64 } })).toThrow(
      new Error("memory limit of user-service is 64 MiB: it needs at least 96 MiB; raise limits.memoryMiB"),
    );
  });
});
