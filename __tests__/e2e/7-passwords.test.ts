import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { deploy, diff, NO_CHANGES, onHost, queryDatabase, rehearsal, smoke } from "./support/rehearsal";

/** Everything that has a meaning somewhere between Terraform, a shell, a URL and a configuration file. */
const AWKWARD = `/#@:%$\{}'"\\ %{x}$\{y}&?+=;|<>*~\``;

describe("passwords with characters that mean something elsewhere", () => {
  const file = () => join(rehearsal().directory, "awkward.secret.tfvars.json");

  afterAll(async () => {
    rmSync(file(), { force: true });
    await deploy();
  });

  test("work from the first login to the last upload, on a database that had another password", async () => {
    const values = {
      POSTGRES_PASSWORD: `pg${AWKWARD}`,
      REDIS_PASSWORD: `rd${AWKWARD}`,
      JWT_SECRET: `jw${AWKWARD}${AWKWARD}`,
    };
    writeFileSync(file(), JSON.stringify(values), { mode: 0o600 });
    await deploy(["--var-file", file()]);
    await smoke();

    // THEN the password is what the database asks for
    const { stdout } = await onHost(
      `docker exec emaintenance-postgres sh -c 'PGPASSWORD="$POSTGRES_PASSWORD" psql -XAtq -h "$(hostname)" -U "$POSTGRES_USER" -d "$POSTGRES_DB" -c "SELECT current_user"'`,
    );
    expect(stdout.trim()).toBe("postgres");
    expect(
      await queryDatabase(
        "SELECT rolpassword LIKE 'SCRAM-SHA-256$%' FROM pg_authid WHERE rolname = 'postgres'",
      ),
    ).toBe("t");
    // AND the plan settles
    expect((await diff(["--var-file", file()])).stdout).toContain(NO_CHANGES);
  });
});
