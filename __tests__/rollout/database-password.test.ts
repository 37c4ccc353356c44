import { Postgres } from "../../constructs/data/postgres";
import { DatabasePassword } from "../../constructs/rollout/database-password";
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
    // Both roles are as expected.
    const host = new FakeHost().program(
      "docker",
      'text=$(cat); echo "$text" >&2; case $text in *pg_roles*) echo 2 ;; esac',
    );

    const { stdout, stderr } = await host.run("postgres/apply-password.sh", { CONTAINER: "database" });

    const call =
      'docker exec -i --env PGOPTIONS=-c search_path=pg_catalog,pg_temp database sh -c exec psql -X -q -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" -d template1';
    expect(host.calls).toEqual([call, call]);
    expect(stderr).toContain("SET log_statement = 'none';");
    expect(stderr).toContain("SET log_min_error_statement = 'panic';");
    expect(stdout).toBe("database password of database is in place\n");
  });

  test("is not set if services would log in as superuser: the deployment ends with what the container's start said", async () => {
    const said =
      "psql: ERROR:  the cause\nthe roles of the database could not be put in place, for the reason above; the server starts as it was";
    const host = new FakeHost().program("docker", `if [ "$1" = logs ]; then echo '${said}'; else echo 1; fi`);

    const { code, stderr } = await host.run("postgres/apply-password.sh", { CONTAINER: "database" });

    expect(code).toBe(1);
    expect(stderr).toContain("its services would log in as superuser");
    expect(stderr).toContain("  psql: ERROR:  the cause\n");
    expect(host.calls).toHaveLength(2);
  });
});
