import { cdktf, NO_CHANGES, onHost, queryDatabase, rehearsal, smoke } from "./support/rehearsal";

describe("the deployed system", () => {
  test("answers at the printed URL with the web application", async () => {
    const response = await fetch(rehearsal().url);
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toContain("text/html");
  });

  test("lets a user log in, create and assign a work order, upload a file and list assets", async () => {
    const before = Number(await queryDatabase("SELECT count(*) FROM work_orders"));
    const { workOrderId } = await smoke();

    // THEN the rows are in the real PostgreSQL
    expect(Number(await queryDatabase("SELECT count(*) FROM work_orders"))).toBe(before + 1);
    expect(await queryDatabase(`SELECT count(*) FROM work_orders WHERE id = '${workOrderId}'`)).toBe("1");
    // AND keys are in the real Redis
    const { stdout } = await onHost(
      `docker exec emaintenance-redis sh -c '[ -z "$REDIS_PASSWORD" ] || export REDISCLI_AUTH="$REDIS_PASSWORD"; redis-cli dbsize'`,
    );
    expect(Number(stdout)).toBeGreaterThan(0);
    // AND the upload is in the host's folder
    const files = await onHost("sudo find /opt/emaintenance/data/work-order-uploads -type f | wc -l");
    expect(Number(files.stdout)).toBeGreaterThan(0);
  });

  test("has services whose sessions are the database owner's, and nobody is its superuser over the network", async () => {
    const sessions = `SELECT DISTINCT usename || ' ' || rolsuper FROM pg_stat_activity JOIN pg_roles ON rolname = usename
      WHERE client_addr IS NOT NULL`;
    expect(await queryDatabase(sessions)).toBe("postgres false");
    // AND as a service logs in, no program of the server runs, and no superuser is let in
    const overNetwork = (user: string, statement: string) =>
      onHost(
        `docker exec emaintenance-postgres sh -c 'PGPASSWORD="$POSTGRES_PASSWORD" psql -XAtq -h "$(hostname)" -U "$${user}" -d "$POSTGRES_DB" -c "${statement}"'`,
        { allowFailure: true },
      );
    expect(
      (await overNetwork("DATABASE_OWNER", "COPY work_orders TO PROGRAM '\\''id'\\''")).stderr,
    ).toContain("permission denied to COPY to or from an external program");
    expect((await overNetwork("POSTGRES_USER", "SELECT 1")).stderr).toContain(
      "pg_hba.conf rejects connection",
    );
    // AND Redis answers no client without its password
    expect((await onHost("docker exec emaintenance-redis redis-cli dbsize")).stdout).toContain("NOAUTH");
  });

  test("has nothing to change right after the deploy", async () => {
    expect((await cdktf(["diff", "prod"])).stdout).toContain(NO_CHANGES);
  });

  test("writes a log for every service, and the gateway's in JSON", async () => {
    const { stdout } = await onHost("sudo tail -n 1 /opt/emaintenance/logs/nginx/access.log");
    expect(JSON.parse(stdout)).toMatchObject({ status: expect.anything() as unknown });
    for (const service of ["user-service", "work-order-service", "asset-service"]) {
      const { stdout: files } = await onHost(`sudo find /opt/emaintenance/logs/${service} -type f -size +0`);
      expect(files.trim()).not.toBe("");
    }
  });
});
