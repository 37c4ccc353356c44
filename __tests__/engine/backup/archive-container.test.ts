import { randomBytes } from "node:crypto";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { ensureBaseImages } from "../../../rehearsal/images/images";
import { waitFor } from "../../../rehearsal/run";
import { container } from "../../support/stack-json";
import { production } from "../../support/stacks";
import { docker } from "../plugins/support/engine";
import { Workspace } from "../plugins/support/workspace";

jest.setTimeout(180_000);

const START_MS = 900_000;
const prefix = `archive-test-${randomBytes(4).toString("hex")}`;
const workspace = new Workspace();
const archive = join(workspace.folder, "backups/point-in-time");

/** What the stack has of the database and its archive, under names of this test, and without what only a host has. */
function resources(image: string) {
  const stack = production({ host: { backup: { pointInTime: {} } } });
  const own = (service: string) => {
    const json = container(stack, service);
    return {
      ...json,
      name: `${prefix}-${service}`,
      hostname: service,
      image,
      env: (json.env ?? []).map((line) => line.replace(/^(POSTGRES_PASSWORD)=.*/, "$1=only-for-a-test")),
      volumes: json.volumes.map((volume) => (volume.host_path ? { ...volume, host_path: archive } : volume)),
      // Needs a newer engine than the one of this machine may be.
      healthcheck: { ...json.healthcheck, start_interval: undefined, interval: "1s" },
      network_mode: "none",
      networks_advanced: undefined,
      ports: undefined,
      depends_on: service === "postgres" ? [] : ["docker_container.postgres"],
    };
  };
  const { postgres_socket: socket } = stack.resource.docker_volume ?? {};
  return {
    docker_volume: {
      postgres_data: { name: `${prefix}-data` },
      postgres_socket: { ...socket, depends_on: [], name: `${prefix}-socket` },
    },
    docker_container: {
      postgres: own("postgres"),
      wal_archive: own("wal-archive"),
    },
  };
}

beforeAll(async () => {
  const { postgres } = await ensureBaseImages();
  await workspace.init(resources(await docker("image", "inspect", "--format", "{{.Id}}", postgres)));
  await workspace.apply();
}, START_MS);
afterAll(() => workspace.close());

test("the archive is streamed to as soon as the deploy has ended: its container is healthy", async () => {
  expect(await docker("inspect", "--format", "{{.State.Health.Status}}", `${prefix}-wal-archive`)).toBe(
    "healthy",
  );
});

test("it diffs clean", async () => {
  expect(await workspace.plan()).toEqual({});
});

test("both go on after the database was restarted, in the same generation", async () => {
  const generations = readdirSync(archive);
  await docker("restart", `${prefix}-postgres`);

  await waitFor("an archive that is streamed to", 90, async () => {
    const query = "SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'";
    return (
      (await docker("exec", `${prefix}-postgres`, "psql", "-XAtU", "postgres", "-c", query).catch(
        () => "",
      )) === "1"
    );
  });
  expect(readdirSync(archive)).toEqual(generations);
});
