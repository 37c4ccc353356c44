import { PublishedPort } from "../../constructs/values/published-port";
import { container, environment, laidFile, script } from "../support/stack-json";
import { production } from "../support/stacks";

describe("the environment of the services", () => {
  const stack = production();
  const of = (service: string) => environment(container(stack, service));

  test.each(["user-service", "work-order-service", "asset-service"])("%s gets what it needs", (service) => {
    expect(Object.keys(of(service))).toEqual(
      expect.arrayContaining([
        "CORS_ORIGIN",
        "DATABASE_URL",
        "JWT_SECRET",
        "LOG_LEVEL",
        "NODE_ENV",
        "PORT",
        "REDIS_URL",
        "TZ",
      ]),
    );
    expect(of(service).JWT_SECRET).toBe("${var.JWT_SECRET}");
    expect(of(service).CORS_ORIGIN).toBe("${var.NEXT_PUBLIC_API_URL}");
  });

  test("work orders and assets know the users, and the web knows all three", () => {
    expect(of("work-order-service").USER_SERVICE_URL).toBe("http://emaintenance-user-service:3001");
    expect(of("asset-service").USER_SERVICE_URL).toBe("http://emaintenance-user-service:3001");
    expect(of("web")).toMatchObject({
      USER_SERVICE_URL: "http://emaintenance-user-service:3001",
      WORK_ORDER_SERVICE_URL: "http://emaintenance-work-order-service:3002",
      ASSET_SERVICE_URL: "http://emaintenance-asset-service:3003",
    });
  });

  test("the web gets no secret: it asks the services", () => {
    expect(Object.keys(of("web"))).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/SECRET|PASSWORD|DATABASE|REDIS/)]),
    );
  });

  test("the migration gets the database, and no key of sessions", () => {
    expect(of("migration")).toHaveProperty("DATABASE_URL");
    expect(of("migration")).not.toHaveProperty("JWT_SECRET");
  });
});

describe("a team's settings", () => {
  test("of a port reach everybody who uses it", () => {
    const stack = production({ userService: { port: 4001 } });

    expect(environment(container(stack, "web")).USER_SERVICE_URL).toBe(
      "http://emaintenance-user-service:4001",
    );
    expect(laidFile(script(stack, "gateway_configuration"), "nginx.conf.new")).toContain("user-service:4001");
  });

  test("of the database reach everybody who uses it", () => {
    const stack = production({ postgres: { database: "maintenance", user: "app", port: 5444 } });

    for (const service of ["migration", "user-service", "work-order-service", "asset-service"]) {
      expect(environment(container(stack, service)).DATABASE_URL).toMatch(
        /^postgresql:\/\/app:\$\{.*\}@emaintenance-postgres:5444\/maintenance$/,
      );
    }
  });

  test("of a time zone reach every program that has none of its own", () => {
    const stack = production({ timeZone: "Asia/Shanghai", web: { timeZone: "UTC" } });

    expect(environment(container(stack, "user-service")).TZ).toBe("Asia/Shanghai");
    expect(environment(container(stack, "web")).TZ).toBe("UTC");
    expect(container(stack, "postgres").command).toContain("timezone=Asia/Shanghai");
  });

  test("that publish nothing keep a service inside", () => {
    const stack = production({ web: { publish: [] }, postgres: { publish: [] } });

    expect(container(stack, "web").ports).toEqual([]);
    expect(container(stack, "postgres").ports).toEqual([]);
  });

  test("of the gateway's port let a second system run next to the first", () => {
    const stack = production({ gateway: { publish: [PublishedPort.everywhere(8443)] } });

    const { ports } = container(stack, "nginx");
    expect(ports.filter(({ ip }) => ip !== "127.0.0.1").map(({ external }) => external)).toEqual([
      8443, 8443,
    ]);
  });
});

describe("settings that cannot be are refused while the stack is made", () => {
  test.each<[string, () => unknown, string]>([
    [
      "an unknown time zone",
      () => production({ timeZone: "Mars/Olympus" }),
      'invalid settings for prod/emaintenance/postgres:\n  timeZone is "Mars/Olympus": ' +
        'expected a time zone of the tz database, such as "UTC" or "Europe/Berlin"',
    ],
    [
      "a name of the database with capitals",
      () => production({ postgres: { database: "EMaintenance" } }),
      'invalid settings for prod/emaintenance/postgres:\n  database is "EMaintenance": ' +
        "expected a PostgreSQL name: lower-case letters, digits and _, at most 63",
    ],
    [
      "a variable name with a dash",
      () => production({ assetService: { environment: { "LOG-FILE": "x" } } }),
      'invalid settings for prod/emaintenance/asset-service:\n  a name in environment is "LOG-FILE": ' +
        "expected a variable name: letters, digits and _",
    ],
    [
      "a port out of range",
      () => production({ workOrderService: { port: 100_000 } }),
      "port 100000 is out of range: expected an integer from 1 to 65535",
    ],
    [
      "a port of the host that is used twice",
      () => production({ gateway: { publish: [PublishedPort.everywhere(3000)] } }),
      "host port 3000 is published twice, by emaintenance-web and by emaintenance-nginx: " +
        "give one of them another port, or pass publish: [] to the one that needs none",
    ],
    [
      "memory below the need",
      () => production({ redis: { limits: { memoryMiB: 16 } } }),
      "memory limit of redis is 16 MiB: it needs at least 64 MiB; raise limits.memoryMiB",
    ],
    [
      "an unknown service in a route",
      () => production({ routes: { "/api/reports": "report-service" } }),
      'route /api/reports names the unknown service "report-service": ' +
        "expected one of user-service, work-order-service, asset-service",
    ],
  ])("%s", (_what, make, message) => {
    expect(make).toThrow(new Error(message));
  });
});
