import { container, script, scriptLines } from "../support/stack-json";
import { local, production } from "../support/stacks";

const postgres = { extensions: ["pg_stat_statements", "postgis"] };

describe("extensions that only the superuser of the database may create", () => {
  test("are created once the roles are in place, before anything uses the data tier", () => {
    const stack = production({ postgres });

    const json = script(stack, "database_extensions");
    expect(scriptLines(json)).toContain("export EXTENSIONS='pg_stat_statements postgis'");
    expect(json.triggers).toMatchObject({ container: "${docker_container.postgres.id}" });
    expect(json.depends_on).toEqual(["null_resource.database_password"]);
    expect(script(stack, "data_ready").depends_on).toContain("null_resource.database_extensions");
  });

  test("add nothing if no extension is configured", () => {
    expect(Object.keys(production().resource.null_resource ?? {})).not.toContain("database_extensions");
  });

  test("are created in development too, before the migration", () => {
    const stack = local({ postgres });

    const [{ "local-exec": run } = {}] = script(stack, "database_extensions").provisioner;
    expect(run?.environment).toMatchObject({ EXTENSIONS: "pg_stat_statements postgis" });
    expect(container(stack, "migration").depends_on).toContain("null_resource.database_extensions");
  });
});

describe("the first password of Redis", () => {
  const stack = production();

  test("is prepared before Redis is replaced, and asked for once the services are", () => {
    expect(container(stack, "redis").depends_on).toContain("null_resource.redis_allow_former");
    expect(script(stack, "redis_require_password").depends_on).toEqual([
      "docker_container.redis",
      "null_resource.switch",
    ]);
  });

  test("is part of the deployment's end, and nothing that is replaced blue-green waits for it", () => {
    const waiting = Object.entries(stack.resource).flatMap(([type, all]) =>
      Object.entries(all)
        .filter(([, { depends_on }]) =>
          (depends_on as string[] | undefined)?.includes("null_resource.redis_require_password"),
        )
        .map(([name]) => `${type}.${name}`),
    );
    expect(waiting).toEqual(["null_resource.deployment_end"]);
  });
});
