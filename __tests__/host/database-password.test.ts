import { Postgres } from "../../constructs/data/postgres";
import { DatabasePassword } from "../../constructs/host/database-password";
import { FakeHost } from "../support/fake-host";
import { script, scriptLines } from "../support/stack-json";
import { TestStack } from "../support/test-stack";

describe("the password of the database", () => {
  test("is set again whenever the database's container is a new one, and never leaves it", () => {
    // GIVEN
    const stack = new TestStack();
    const postgres = new Postgres(stack, "postgres", {
      image: stack.image("postgres"),
      network: stack.network,
      volume: stack.volume,
      password: stack.variables.postgresPassword.stringValue,
    });

    // WHEN
    new DatabasePassword(stack, "password", { connection: stack.connection, postgres });

    // THEN
    const json = script(stack.synthesise(), "database_password");
    expect(json.triggers.container).toBe("${docker_container.postgres.id}");
    expect(scriptLines(json)).toContain("export CONTAINER='emaintenance-postgres'");
    expect(JSON.stringify(json)).not.toContain("var.POSTGRES_PASSWORD");
  });

  test("is read by psql inside the container, and logged nowhere", async () => {
    const host = new FakeHost().program("docker", "cat >&2");

    const { stdout, stderr } = await host.run("postgres/apply-password.sh", { CONTAINER: "database" });

    expect(host.calls).toEqual([
      'docker exec -i --env PGOPTIONS=-c search_path=pg_catalog,pg_temp database sh -c psql -X -q -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" -d "$POSTGRES_DB"',
    ]);
    expect(stderr).toContain("SET log_statement = 'none';");
    expect(stderr).toContain("SET log_min_error_statement = 'panic';");
    expect(stdout).toBe("database password of database is in place\n");
  });
});
