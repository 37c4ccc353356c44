import { Migration, type MigrationSettings } from "../../constructs/api/migration";
import { container, environment, label } from "../support/stack-json";
import { TestStack } from "../support/test-stack";

function made(settings: MigrationSettings = {}, then: (migration: Migration) => void = () => undefined) {
  const stack = new TestStack();
  const migration = new Migration(stack, "migration", {
    image: stack.image("user-service"),
    network: stack.network,
    nodeEnv: "production",
    ...settings,
  });
  then(migration);
  return container(stack.synthesise(), "migration");
}

describe("the migration", () => {
  const json = made();

  test("is a job of the user service's image that runs to its end inside the deploy", () => {
    expect(json).toMatchObject({
      image: "${docker_image.user_service.image_id}",
      command: ["node", "migrate.js"],
      attach: true,
      must_run: false,
      restart: "no",
    });
  });

  test("writes nothing into the state that it prints: the gate reads its log", () => {
    expect(json.logs).toBe(false);
  });

  test("is as unprivileged as a service", () => {
    expect(json).toMatchObject({
      user: "1001:1001",
      read_only: true,
      capabilities: { add: [], drop: ["ALL"] },
      security_opts: ["no-new-privileges:true"],
    });
  });

  test("belongs to the API tier", () => {
    expect(label(json, "tier")).toBe("api");
  });

  test("may have a command, limits and an environment of its own", () => {
    const own = made(
      { command: ["npm", "run", "migrate"], limits: { memoryMiB: 256 }, environment: { NODE_ENV: "test" } },
      (migration) => migration.setEnvironment("DATABASE_URL", "postgresql://db"),
    );

    expect(own).toMatchObject({ command: ["npm", "run", "migrate"], memory: 256 });
    expect(environment(own)).toEqual({ DATABASE_URL: "postgresql://db", NODE_ENV: "test" });
  });

  test("refuses an invalid variable name", () => {
    expect(() => made({ environment: { "1ST": "x" } })).toThrow(
      new Error(
        "invalid settings for test/migration:\n" +
          '  a name in environment is "1ST": expected a variable name: letters, digits and _',
      ),
    );
  });

  test("refuses memory below its need", () => {
    expect(() => made({ limits: { memoryMiB: 32 } })).toThrow(
      new Error("memory limit of migration is 32 MiB: it needs at least 96 MiB; raise limits.memoryMiB"),
    );
  });
});
