import { join } from "node:path";
import { run } from "../../../../lib/run";
import { type Service, system, whileSick } from "./support";

describe("emaintenance health", () => {
  test("asks every service, and ends with 0 when all are well", async () => {
    const { code, stdout } = await system.emaintenance(["health"]);

    expect(stdout).toMatch(/postgres +yes +\d+ ms +answers queries; \d+ of 100 connections, \d+ [kM]B/);
    expect(stdout).toMatch(/redis +yes +\d+ ms +says PONG; .* in use/);
    expect(stdout).toMatch(/user-service +yes +\d+ ms +\/health answers 200: database up, redis up/);
    expect(stdout).toMatch(/nginx +yes +\d+ ms +port \d+ answers; the web behind it answers 200/);
    expect(code).toBe(0);
  });

  test("asks those of a tier, or of one folder, alone", async () => {
    const tier = await system.json<{ services: Service[] }>("health", "data");
    expect(tier.services.map(({ service }) => service)).toEqual(["postgres", "redis"]);

    const folder = await run([join(system.root, "deploy/Server/infrastructure/health-check.sh"), "--json"]);
    expect(JSON.parse(folder.stdout)).toMatchObject({
      services: [{ service: "postgres" }, { service: "redis" }],
    });
  });

  test("reports a failure that Docker has not noticed yet, with what the service answered", () =>
    whileSick("user-service", async () => {
      const { code, stdout } = await system.emaintenance(["health", "user-service"]);

      expect(code).toBe(1);
      expect(stdout).toMatch(
        /user-service +no +\d+ ms +\/health answers 503: database down \(connect ECONNREFUSED\)/,
      );
      expect(stdout).toContain('user-service answered:\n{"status":"unavailable"');
      expect(stdout).toContain("emaintenance logs user-service --since 10m");
    }));

  test("does not wait for ever for one that hangs", async () => {
    const password = 'REDISCLI_AUTH="$REDIS_PASSWORD" redis-cli';
    await system.docker("exec", system.container("redis"), "sh", "-c", `${password} CLIENT PAUSE 15000 ALL`);
    const hanging = await system.json<{ services: Service[] }>("health", "redis");
    await system.healthy("redis");

    expect(hanging).toMatchObject({
      healthy: false,
      services: [{ message: "does not say PONG: no answer within 10 s" }],
    });
  });
});
