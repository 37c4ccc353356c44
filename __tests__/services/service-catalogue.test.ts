import { ServiceCatalogue } from "../../constructs/services/service-catalogue";
import type { OwnServices } from "../../constructs/services/service-declaration";

const order = (own: OwnServices) => ServiceCatalogue.with(own).names;

describe("the services of the deployment document", () => {
  const { builtIn } = ServiceCatalogue;

  test("are in start order, each after what it needs", () => {
    expect(builtIn.inStartOrder.map(({ name, needs }) => `${name}: ${needs.join(" ")}`)).toEqual([
      "postgres: ",
      "redis: ",
      "user-service: postgres redis",
      "work-order-service: postgres redis user-service",
      "asset-service: postgres redis user-service",
      "web: user-service work-order-service asset-service",
      "nginx: web",
    ]);
  });

  test("are the default of a team that adds no services", () => {
    expect(ServiceCatalogue.with({})).toBe(builtIn);
    expect(ServiceCatalogue.with()).toBe(builtIn);
  });

  test("have what follows from them", () => {
    expect(builtIn.application.map(({ name }) => name)).toEqual([
      "user-service",
      "work-order-service",
      "asset-service",
      "web",
    ]);
    expect(builtIn.uploadsFolders).toEqual(["work-order-uploads", "asset-uploads"]);
    expect(builtIn.routes).toMatchObject({ "/api/users": "user-service", "/api/assets": "asset-service" });
  });
});

describe("services that a team adds", () => {
  test("come after what they need, whatever the order of their declarations", () => {
    const own = {
      first: { port: 4001, needs: ["third", "asset-service"] },
      second: { port: 4002 },
      third: { port: 4003, needs: ["second"] },
    };

    expect(order(own).slice(5)).toEqual(["second", "third", "first", "web", "nginx"]);
  });

  test("have defaults", () => {
    expect(ServiceCatalogue.with({ "report-service": { port: 3004 } }).find("report-service")).toEqual({
      name: "report-service",
      tier: "api",
      image: "api",
      port: 3004,
      routes: [],
      needs: ["postgres", "redis"],
      healthAsksNobody: false,
      usesPostgres: true,
      usesRedis: true,
      uploadsFolder: undefined,
      logs: true,
      deployFolder: "report-service",
      leastMemoryMiB: 96,
      localPort: 3004,
      debugPort: 9233,
    });
  });

  test("get the next free port for a debugger, in addition to those that are said", () => {
    const catalogue = ServiceCatalogue.with({
      one: { port: 4001 },
      two: { port: 4002, debugPort: 9233 },
      three: { port: 9234 },
      four: { port: 4004 },
    });

    expect(["one", "two", "three", "four"].map((name) => catalogue.find(name)?.debugPort)).toEqual([
      9235, 9233, 9236, 9237,
    ]);
  });

  test("may have a route below another's, and one with a slash at its end", () => {
    const { routes } = ServiceCatalogue.with({ reports: { port: 4001, routes: ["/api/users/reports/"] } });

    expect(routes).toMatchObject({ "/api/users": "user-service", "/api/users/reports": "reports" });
  });
});

const NAME =
  "expected at most 28 lower-case letters, digits and single dashes, with a letter first and no number behind the last " +
  'dash, such as "report-service"; rename it';
const PORT = "expected a whole number from 1024 to 65535 that no other service has, such as 3004";
const OWN_PORT = "expected a port of its own; choose another";

describe("is refused, with what was expected and the remedy:", () => {
  test.each<[string, OwnServices, string]>([
    ...[
      "Report",
      "report_service",
      "-report",
      "report-",
      "re--port",
      "9reports",
      "report-2",
      "a.b",
      "",
      "a".repeat(29),
    ].map((name): [string, OwnServices, string] => [
      `the name "${name}"`,
      { [name]: { port: 3004 } },
      `services names ${JSON.stringify(name)}: ${NAME}`,
    ]),
    ...(
      [
        ["postgres", "a service of the deployment document"],
        ["web", "a service of the deployment document"],
        ["user-service", "a service of the deployment document"],
        ["migration", "a container or job of the deployment"],
        ["all", "a word of the operator's command"],
        ["schedules", "a folder of the VM"],
        ["user-service-gate", "a part of the stack"],
        ["database", "an environment variable that services have already"],
      ] as const
    ).map(([name, what]): [string, OwnServices, string] => [
      `the name "${name}"`,
      { [name]: { port: 3004 } },
      `services names "${name}", which is the name of ${what}: expected a name of its own, such as "report-service"; rename it`,
    ]),
    ...[80, 1023, 65_536, 3004.5, NaN].map((port): [string, OwnServices, string] => [
      `the port ${port}`,
      { reports: { port } },
      `services.reports.port is ${port}: ${PORT}`,
    ]),
    [
      "a local port that nobody can have",
      { reports: { port: 3004, localPort: 99 } },
      `services.reports.localPort is 99: ${PORT}`,
    ],
    ...(
      [
        [3003, "asset-service"],
        [3030, "nginx"],
        [5432, "postgres"],
      ] as const
    ).map(([port, by]): [string, OwnServices, string] => [
      `the port ${port}`,
      { reports: { port } },
      `services.reports.port is ${port}, which ${by} has: ${OWN_PORT}`,
    ]),
    [
      "the port of another one",
      { reports: { port: 3004 }, exports: { port: 3004 } },
      `services.exports.port is 3004, which reports has: ${OWN_PORT}`,
    ],
    [
      "a local port that is taken",
      { reports: { port: 3004, localPort: 5433 } },
      `services.reports.localPort is 5433, which postgres has: ${OWN_PORT}`,
    ],
    [
      "a debugger's port that is taken",
      { reports: { port: 3004, debugPort: 9229 } },
      `services.reports.debugPort is 9229, which user-service has: ${OWN_PORT}`,
    ],
    [
      "a debugger's port that is the service's own",
      { reports: { port: 3004, debugPort: 3004 } },
      `services.reports.debugPort is 3004, which reports has: ${OWN_PORT}`,
    ],
    [
      "a need that does not exist",
      { reports: { port: 3004, needs: ["users"] } },
      'services.reports.needs names "users": expected some of user-service, work-order-service, asset-service; ' +
        "correct the name, or leave it out",
    ],
    [
      "a need that is no need",
      { reports: { port: 3004, needs: ["postgres"] } },
      'services.reports.needs names "postgres": expected some of user-service, work-order-service, asset-service; ' +
        "leave it out, as every service has PostgreSQL and Redis unless usesPostgres or usesRedis is false",
    ],
    [
      "a circle of needs",
      {
        reports: { port: 3004, needs: ["exports"] },
        exports: { port: 3005, needs: ["mails"] },
        mails: { port: 3006, needs: ["reports"] },
      },
      "services need each other in a circle, reports → exports → mails → reports: expected one of them to start first; " +
        "take one out of the needs of another, and call it only when it is asked something",
    ],
    [
      "a service that needs itself",
      { reports: { port: 3004, needs: ["reports"] } },
      "services need each other in a circle, reports → reports: expected one of them to start first; " +
        "take one out of the needs of another, and call it only when it is asked something",
    ],
    [
      "a route that is taken",
      { reports: { port: 3004, routes: ["/api/assets/"] } },
      'services.reports.routes has "/api/assets", which leads to asset-service already: expected a path prefix of its own, ' +
        'such as "/api/reports"; choose another, or take one of the two out',
    ],
    [
      "a route that is there twice",
      { reports: { port: 3004, routes: ["/api/reports", "/api/reports/"] } },
      'services.reports.routes has "/api/reports", which leads to reports already: expected a path prefix of its own, ' +
        'such as "/api/reports"; choose another, or take one of the two out',
    ],
    [
      "a folder of uploads that is taken",
      { asset: { port: 3004, uploads: true } },
      "services.asset.uploads would be in the folder asset-uploads, which asset-service has: expected a folder of its own; " +
        "rename one of them",
    ],
    [
      "an invalid least memory",
      { reports: { port: 3004, leastMemoryMiB: 0 } },
      "services.reports.leastMemoryMiB is 0: expected a whole number of MiB, such as 128",
    ],
  ])("%s", (_what, own, message) => {
    expect(() => ServiceCatalogue.with(own)).toThrow(new Error(message));
  });
});
