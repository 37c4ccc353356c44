import { Fn, Token } from "cdktf";
import { Route, Upstream } from "../../constructs/gateway/route";
import { ServiceCatalogue } from "../../constructs/services/service-catalogue";

const users = Upstream.of("user-service", 3001);

describe("Upstream", () => {
  test.each(["web", "user-service", "emaintenance_web.local", "host.docker.internal", "10.0.0.7"])(
    "takes the host %s",
    (host) => {
      expect(Upstream.of(host, 3001).toString()).toBe(`${host}:3001`);
    },
  );

  test("takes a host that Terraform knows later", () => {
    const host = Token.asString(Fn.join("-", ["user-service", "v2"]));
    expect(Upstream.of(host, 3001).toString()).toBe(`${host}:3001`);
  });

  test.each([
    "",
    "user service",
    "web;",
    "web:3000",
    "http://web",
    "-web",
    "web.",
    "$web",
    "${web}",
    "2001:db8::1",
  ])("refuses the host %j", (host) => {
    expect(() => Upstream.of(host, 3000)).toThrow(
      `upstream host ${JSON.stringify(host)} is no host name: expected letters, digits, ".", "_" and "-" ` +
        `as in "user-service"; the port is a value of its own`,
    );
  });

  test.each([0, -1, 65_536, 3000.5, Number.NaN])("refuses the port %d", (port) => {
    expect(() => Upstream.of("web", port)).toThrow(
      new Error(`port of upstream "web" is ${port}: expected a whole number from 1 to 65535`),
    );
  });
});

describe("Route", () => {
  test.each([
    ["/api/users", "/api/users"],
    ["/api/users/", "/api/users"],
    ["/v1.2/a_b~c-d", "/v1.2/a_b~c-d"],
    ["/healthy", "/healthy"],
  ])("reads the prefix %s as %s", (prefix, path) => {
    expect(Route.prefix(prefix, users)).toMatchObject({ path, upstream: users });
  });

  test.each([
    ["", 'route prefix "" does not start with "/": write it as in "/api/users"'],
    ["api/users", 'route prefix "api/users" does not start with "/": write it as "/api/users"'],
    ...[
      ["/api users", " "],
      ["/api;", ";"],
      ["/api{", "{"],
      ["/api}", "}"],
      ["/$api", "$"],
      ['/"api"', '"'],
      ["/'api'", "'"],
      ["/api\n", "\n"],
      ["/api\\users", "\\"],
      ["/api/%75sers", "%"],
      ["/api?x=1", "?"],
      ["/api/(x)", "("],
      ["/工单", "工"],
    ].map(([prefix = "", character = ""]): [string, string] => [
      prefix,
      `route prefix ${JSON.stringify(prefix)} holds ${JSON.stringify(character)}: expected letters, digits, "-", ".", ` +
        `"_" and "~" between slashes; take it out`,
    ]),
    ...[
      ["/api//users", ""],
      ["/api/users//", ""],
      ["/api/./users", "."],
      ["/api/users/..", ".."],
    ].map(([prefix = "", segment = ""]): [string, string] => [
      prefix,
      `route prefix "${prefix}" has the segment "${segment}", which no request keeps: write the path as it is after ` +
        `"//", "." and ".." are resolved`,
    ]),
    [
      "/",
      'route prefix "/" is the web application\'s, which gets whatever no route takes: pass its upstream as "web" instead',
    ],
    [
      "/health",
      'route prefix "/health" is taken by the gateway itself, for its health check: choose another path',
    ],
    [
      "/health/db",
      'route prefix "/health/db" is taken by the gateway itself, for its health check: choose another path',
    ],
  ])("refuses the prefix %j", (prefix, message) => {
    expect(() => Route.prefix(prefix, users)).toThrow(new Error(message));
  });
});

test("the built-in routes are those of the deployment document, each accepted", () => {
  const table = ServiceCatalogue.builtIn.api.flatMap(({ name, port, routes }) =>
    routes.map((prefix) => {
      const { path, upstream } = Route.prefix(prefix, Upstream.of(name, port));
      return `${path} -> ${upstream.toString()}`;
    }),
  );

  expect(table).toEqual([
    "/api/auth -> user-service:3001",
    "/api/users -> user-service:3001",
    "/api/work-orders -> work-order-service:3002",
    "/api/assignment-rules -> work-order-service:3002",
    "/api/notifications -> work-order-service:3002",
    "/api/assets -> asset-service:3003",
  ]);
});
