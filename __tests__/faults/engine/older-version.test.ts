import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { IMAGE_PREFIX, imageExists } from "../../../lib/images/build";
import { debianBuild } from "../../../lib/images/debian";
import { run, waitFor } from "../../../lib/run";
import { temporaryFolder } from "../../support/temporary-folder";
import { RestoredSystem, SAMPLE_TABLES } from "../../engine/restore/restored-system";

jest.setTimeout(600_000);

/** Images may have to be built, from Debian's packages. */
const START_MS = 900_000;

/** What Debian 12 has: two majors before that of the tests. */
const OLDER = 15;

const older = `older-postgres-${randomBytes(4).toString("hex")}`;
let system: RestoredSystem;
let backup: string;

/** Runs a program as the older server's superuser. */
async function inOlder(input: string, ...argv: string[]): Promise<void> {
  await run(["docker", "exec", "--interactive", "--user", "postgres", older, ...argv], { input });
}

async function startOlder(): Promise<void> {
  const { reference, build } = await debianBuild({
    repository: `${IMAGE_PREFIX}/older-postgres`,
    folder: join(__dirname, "older-postgres"),
    suite: "bookworm",
  });
  if (!(await imageExists(reference))) await build();
  const programs = `/usr/lib/postgresql/${OLDER}/bin`;
  const start = `${programs}/initdb -D /tmp/data -E UTF8 --locale C.UTF-8 > /dev/null && exec ${programs}/postgres -D /tmp/data -k /tmp`;
  await run([
    ...[
      "docker",
      "run",
      "--detach",
      "--rm",
      "--name",
      older,
      "--network",
      "none",
      "--user",
      "postgres",
      "--env",
      "PGHOST=/tmp",
    ],
    ...[reference, "sh", "-c", `${start}`],
  ]);
  await waitFor("the older server", 60, async () => {
    const { code } = await run(["docker", "exec", "--user", "postgres", older, "pg_isready"], {
      allowFailure: true,
    });
    return code === 0;
  });
}

beforeAll(async () => {
  system = await RestoredSystem.start(temporaryFolder());
  await startOlder();
  await inOlder(SAMPLE_TABLES, "psql", "-v", "ON_ERROR_STOP=1", "-q", "-d", "postgres");
  await inOlder(
    "UPDATE work_orders SET title = 'of the older server' WHERE id = 7",
    "psql",
    "-d",
    "postgres",
  );

  // A backup as the older server would have made it: same rows, its own dump, its major.
  backup = await system.backUp("database");
  await inOlder("", "pg_dump", "-Fc", "-d", "postgres", "-f", "/tmp/database.dump");
  const copy = join(temporaryFolder(), "database.dump");
  await run(["docker", "cp", `${older}:/tmp/database.dump`, copy]);
  system.replaceFile(backup, "database.dump", readFileSync(copy));
  system.changeManifest(backup, (manifest) => Object.assign(manifest.postgres as object, { major: OLDER }));
}, START_MS);

afterAll(async () => {
  await run(["docker", "rm", "--force", older], { allowFailure: true });
  await system?.remove();
});

describe(`a backup of PostgreSQL ${OLDER}`, () => {
  test("passes its verification", async () => {
    const { code, stdout, stderr } = await system.emaintenance(["verify-backup", backup]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain(backup);
  });

  test("is restored into the server of today, every row", async () => {
    await system.sql('DELETE FROM "odd Name"; DELETE FROM work_orders WHERE id > 10');
    const { code, stdout } = await system.restore("database", backup, "--yes");
    expect(code).toBe(0);
    expect(stdout).toContain("rows as in the manifest: 2 tables, ");
    expect(await system.rows()).toBe("5000 1000");
    expect(await system.sql("SELECT title FROM work_orders WHERE id = 7")).toBe("of the older server");
    expect(await system.leftovers()).toEqual([]);
  });
});
