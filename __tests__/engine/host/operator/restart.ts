import { rmSync, utimesSync, writeFileSync } from "node:fs";
import { waitFor } from "../../../../lib/run";
import { SERVICES, type Status, system, whileSick } from "./support";

describe("emaintenance restart", () => {
  const startedAt = (service: string) => system.inspect(service, "{{.State.StartedAt}}");

  test("restarts everything in the order in which it is needed, each after the one before is healthy", async () => {
    const { code, stdout, stderr } = await system.emaintenance(["restart", "all"]);

    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain(`restarting in this order: ${SERVICES.join(" ")}`);
    const said = Array.from(
      stdout.matchAll(/-([a-z-]+): (restarting|healthy)/g),
      ([, service, what]) => `${service} ${what}`,
    );
    expect(said).toEqual(SERVICES.flatMap((service) => [`${service} restarting`, `${service} healthy`]));
    const times = await Promise.all(SERVICES.map(startedAt));
    expect(times).toEqual([...times].sort());
  });

  test("restarts one, and then asks those that need it", async () => {
    const before = await startedAt("web");
    const { code, stdout } = await system.emaintenance(["restart", "postgres"]);

    expect(code).toBe(0);
    expect(stdout).toContain("asking what needs them: user-service web nginx");
    expect(stdout).toContain("well: user-service web nginx");
    expect(await startedAt("web")).toBe(before);
  });

  test("restarts those that need it as well, if told to", async () => {
    const before = await startedAt("redis");
    const { stdout } = await system.emaintenance(["restart", "--with-dependants", "user-service"]);

    expect(stdout).toContain("restarting in this order: user-service web nginx");
    expect(await startedAt("redis")).toBe(before);
  });

  test("starts what is stopped", async () => {
    await system.docker("stop", "--time", "1", system.container("web"));
    const { code } = await system.emaintenance(["restart", "web"]);
    expect(code).toBe(0);
    expect(await system.inspect("web", "{{.State.Status}}")).toBe("running");
  });

  test("stops at the first that does not get healthy, shows why, and leaves the rest alone", () =>
    whileSick("user-service", async () => {
      const before = await startedAt("web");
      const { code, stderr } = await system.emaintenance(["restart", "--timeout", "15", "api", "web"]);

      expect(code).toBe(1);
      expect(stderr).toMatch(
        /-user-service is running, and not healthy after \d+ s. Expected healthy within 15 s/,
      );
      expect(stderr).toMatch(/last health check of .*503/);
      expect(stderr).toContain("  user-service listens");
      expect(stderr).toContain("left alone: web");
      expect(await startedAt("web")).toBe(before);
    }));

  test("keeps out of a deploy, and of another restart", async () => {
    const { deployLock } = system.description;
    writeFileSync(deployLock, JSON.stringify({ owner: "anna@desk", started: new Date().toISOString() }));
    const refused = await system.emaintenance(["restart", "web"]);
    const status = await system.json<Status>("status", "--quick");
    // A deploy gives signs of life, by the time of the file.
    const longAgo = Date.now() / 1000 - 3700;
    utimesSync(deployLock, longAgo, longAgo);
    const [stale, second] = await Promise.all([
      system.emaintenance(["restart", "web"]),
      waitFor("the first one to begin", 5, () => Promise.resolve(true)).then(async () => {
        await new Promise((resolve) => setTimeout(resolve, 700));
        return system.emaintenance(["restart", "web"]);
      }),
    ]);
    rmSync(deployLock);

    expect(refused.code).toBe(4);
    expect(refused.stderr).toMatch(/a deploy by anna@desk is under way since .* or use --force/);
    expect(status.deploy).toMatchObject({ owner: "anna@desk" });
    expect(stale.code).toBe(0);
    expect(second).toMatchObject({
      code: 4,
      stderr: expect.stringContaining("another restart is under way") as string,
    });
  });
});
