import { Postgres, type PostgresProps } from "../../constructs/data/postgres";
import { PublishedPort } from "../../constructs/values/published-port";
import { container, environment, label } from "../support/stack-json";
import { TestStack } from "../support/test-stack";

function made(props: Partial<PostgresProps> = {}) {
  const stack = new TestStack();
  const postgres = new Postgres(stack, "postgres", {
    image: stack.image("postgres"),
    network: stack.network,
    volume: stack.volume,
    password: stack.variables.postgresPassword.stringValue,
    ...props,
  });
  return { stack, postgres, json: () => container(stack.synthesise(), "postgres") };
}

/** The value of a server setting on the command line. */
const setting = (command: readonly string[] = [], name: string) =>
  command.find((word) => word.startsWith(`${name}=`))?.slice(name.length + 1);

describe("PostgreSQL", () => {
  const json = made().json();

  test("has the database and the user of the deployment document, who is not its superuser, and its password from a variable", () => {
    expect(environment(json)).toMatchObject({
      POSTGRES_DB: "emaintenance",
      DATABASE_OWNER: "postgres",
      POSTGRES_USER: "emaintenance_superuser",
      POSTGRES_PASSWORD: "${var.POSTGRES_PASSWORD}",
    });
  });

  test("asks for the password by scram, also from the network", () => {
    expect(environment(json).POSTGRES_HOST_AUTH_METHOD).toBe("scram-sha-256");
    expect(setting(json.command, "password_encryption")).toBe("scram-sha-256");
  });

  test("finds damage on the disk by checksums", () => {
    expect(environment(json).POSTGRES_INITDB_ARGS).toBe("--data-checksums");
  });

  test("keeps its files on the volume, one level below, as a disk may have its lost+found", () => {
    expect(json.volumes).toEqual([
      { container_path: "/var/lib/postgresql/data", volume_name: "${docker_volume.test_data.name}" },
    ]);
    expect(environment(json).PGDATA).toBe("/var/lib/postgresql/data/pgdata");
  });

  test("is healthy when the real user reaches the real database over TCP", () => {
    expect(json.healthcheck?.test).toEqual([
      "CMD-SHELL",
      'pg_isready -q -h 127.0.0.1 -p 5432 -U "$DATABASE_OWNER" -d "$POSTGRES_DB"',
    ]);
  });

  test("has time for a checkpoint when it stops, and does not wait for open sessions", () => {
    expect(json).toMatchObject({ stop_signal: "SIGINT", stop_timeout: 120, destroy_grace_seconds: 120 });
  });

  test("is never removed because it is stopped", () => {
    expect(json.must_run).toBe(false);
  });

  test("has shared memory for parallel queries", () => {
    expect(json.shm_size).toBe(128);
  });

  test("writes to its volume and to memory only", () => {
    expect(Object.keys(json.tmpfs)).toEqual(["/run/postgresql", "/tmp"]);
    expect(json.read_only).toBe(true);
  });

  test("may become the user postgres, signal it, and nothing else", () => {
    expect(json.capabilities).toEqual({
      add: ["CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FOWNER", "CAP_KILL", "CAP_SETGID", "CAP_SETUID"],
      drop: ["ALL"],
    });
  });

  test("belongs to the data tier", () => {
    expect(label(json, "tier")).toBe("data");
  });

  test("is published nowhere", () => {
    expect(json.ports).toEqual([]);
  });
});

describe("PostgreSQL with settings of a team's own", () => {
  test("whose user has another name, has the usual superuser, and so does the archive of its log", () => {
    expect(environment(made({ user: "app" }).json())).toMatchObject({
      DATABASE_OWNER: "app",
      POSTGRES_USER: "postgres",
    });
  });

  test("has memory that follows from its limit", () => {
    const { command } = made({ limits: { memoryMiB: 2048 } }).json();

    expect(setting(command, "shared_buffers")).toBe("512MB");
  });

  test("takes server settings instead of the usual ones", () => {
    const { command } = made({ settings: { work_mem: "8MB", jit: "off" } }).json();

    expect(command?.filter((word) => word.startsWith("work_mem="))).toEqual(["work_mem=8MB"]);
    expect(setting(command, "jit")).toBe("off");
  });

  test("listens, is asked and is reached on another port", () => {
    const { postgres, stack, json } = made({ port: 5433, publish: [PublishedPort.loopback(6543)] });

    expect(stack.resolved(postgres.url)).toContain("@emaintenance-postgres:5433/");
    expect(setting(json().command, "port")).toBe("5433");
    expect(environment(json()).PGPORT).toBe("5433");
    expect(json().healthcheck?.test.at(-1)).toContain("-p 5433 ");
    expect(json().ports).toEqual([{ internal: 5433, external: 6543, ip: "127.0.0.1" }]);
  });

  test("writes its log and its times in another time zone", () => {
    const { command } = made({ timeZone: "Asia/Shanghai" }).json();

    expect(setting(command, "timezone")).toBe("Asia/Shanghai");
    expect(setting(command, "log_timezone")).toBe("Asia/Shanghai");
  });
});

describe("a service that is granted access to PostgreSQL", () => {
  test("gets the URL with the password encoded, and starts after the database is ready", () => {
    // GIVEN
    const { postgres, stack } = made({ database: "maintenance", user: "app" });
    const service = { setEnvironment: jest.fn(), startAfterContainer: jest.fn() };

    // WHEN
    postgres.grantAccess(service);

    // THEN
    const [name, url] = service.setEnvironment.mock.calls[0] as [string, string];
    expect(name).toBe("DATABASE_URL");
    expect(stack.resolved(url)).toBe(
      'postgresql://app:${replace(urlencode(var.POSTGRES_PASSWORD), "+", "%20")}@emaintenance-postgres:5432/maintenance',
    );
    expect(service.startAfterContainer).toHaveBeenCalledWith(postgres.container);
  });
});

describe("PostgreSQL refuses", () => {
  const name = "expected a PostgreSQL name: lower-case letters, digits and _, at most 63";

  test.each<[Partial<PostgresProps>, string]>([
    [{ database: "E-Maintenance" }, `  database is "E-Maintenance": ${name}`],
    [{ database: "" }, `  database is "": ${name}`],
    [{ database: "a".repeat(64) }, `  database is "${"a".repeat(64)}": ${name}`],
    [
      { user: "emaintenance_superuser" },
      '  user is "emaintenance_superuser": expected a name that neither this project nor PostgreSQL (pg_…) uses for a role of its own',
    ],
    [
      { extensions: ["Post GIS"] },
      '  extensions.0 is "Post GIS": expected the name of an extension, such as "pg_stat_statements": lower-case letters, digits, _ and -',
    ],
    [{ user: "1st" }, `  user is "1st": ${name}`],
    [{ user: "a b", database: "x;y" }, `  database is "x;y": ${name}\n  user is "a b": ${name}`],
    [
      { timeZone: "Mars/Olympus" },
      '  timeZone is "Mars/Olympus": expected a time zone of the tz database, such as "UTC" or "Europe/Berlin"',
    ],
  ])("%j", (props, findings) => {
    expect(() => made(props)).toThrow(new Error(`invalid settings for test/postgres:\n${findings}`));
  });

  test("a port out of range", () => {
    expect(() => made({ port: 0 })).toThrow(
      new Error("port 0 is out of range: expected an integer from 1 to 65535"),
    );
  });

  test("memory below its need", () => {
    expect(() => made({ limits: { memoryMiB: 128 } })).toThrow(
      new Error("memory limit of postgres is 128 MiB: it needs at least 192 MiB; raise limits.memoryMiB"),
    );
  });
});
