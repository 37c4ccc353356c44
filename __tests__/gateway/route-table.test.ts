import { routesTo, DEFAULT_ROUTES } from "../../constructs/gateway/route-table";
import { production } from "../support/stacks";

const SERVICES = [
  { service: "user-service", port: 3001 },
  { service: "work-order-service", port: 3002 },
  { service: "asset-service", port: 3003 },
];

describe("a table of routes", () => {
  test("is the deployment document's by default", () => {
    expect(DEFAULT_ROUTES).toEqual({
      "/api/auth": "user-service",
      "/api/users": "user-service",
      "/api/work-orders": "work-order-service",
      "/api/assignment-rules": "work-order-service",
      "/api/notifications": "work-order-service",
      "/api/assets": "asset-service",
    });
  });

  test("leads to the services under their names, on the ports that they have", () => {
    const routes = routesTo({ "/api/users": "user-service", "/api/assets": "asset-service" }, SERVICES);

    expect(routes.map(({ path, upstream }) => `${path} -> ${upstream.toString()}`)).toEqual([
      "/api/users -> user-service:3001",
      "/api/assets -> asset-service:3003",
    ]);
  });

  test.each([
    [
      { "/api/billing": "billing-service" },
      'route /api/billing names the unknown service "billing-service": ' +
        "expected one of user-service, work-order-service, asset-service",
    ],
    [
      { "/api/users": "emaintenance-user-service" },
      'route /api/users names the unknown service "emaintenance-user-service": ' +
        "expected one of user-service, work-order-service, asset-service",
    ],
  ])("refuses an unknown service: %j", (table, message) => {
    expect(() => routesTo(table, SERVICES)).toThrow(new Error(message));
    expect(() => production({ routes: table })).toThrow(new Error(message));
  });

  test("refuses two routes with the same prefix, also when they differ by a slash", () => {
    const routes = { "/api/users": "user-service", "/api/users/": "asset-service" };

    expect(() => production({ routes })).toThrow(
      new Error(
        'two routes share the prefix "/api/users", to user-service:3001 and to asset-service:3003: remove one of them',
      ),
    );
  });
});
