import { production } from "../support/stacks";
import { container, environment, type StackJson } from "../support/stack-json";
import type { PointInTimeSettings } from "../../constructs/data/point-in-time-settings";

const archived = (pointInTime: PointInTimeSettings = {}): StackJson =>
  production({ host: { backup: { pointInTime } } });

describe("point in time", () => {
  const json = archived();
  const archive = container(json, "wal-archive");
  const postgres = container(json, "postgres");

  test("is off unless a team enables it", () => {
    const text = JSON.stringify(production());

    expect(text).not.toContain("wal-archive");
    expect(text).not.toContain("max_slot_wal_keep_size");
  });

  test("reaches the database by the socket that both share, without a password", () => {
    const socket = {
      container_path: "/run/postgresql",
      volume_name: "${docker_volume.postgres_socket.name}",
    };

    expect(archive.volumes).toContainEqual(socket);
    expect(postgres.volumes).toContainEqual(socket);
    expect(postgres.tmpfs).not.toHaveProperty("/run/postgresql");
    expect(environment(archive)).toEqual({
      ARCHIVE: "/archive",
      PGPORT: "5432",
      PGUSER: "emaintenance_superuser",
      SLOT_PREFIX: "emaintenance_archive_",
    });
  });

  test("has no privilege, and writes below the backups", () => {
    expect(archive.capabilities).toEqual({ add: [], drop: ["ALL"] });
    expect(archive.volumes).toContainEqual({
      container_path: "/archive",
      host_path: "/opt/emaintenance/backups/point-in-time",
    });
  });

  test("is the database's own image, and starts after it", () => {
    expect(archive.image).toBe(postgres.image);
    expect(archive.depends_on).toEqual(["docker_container.postgres"]);
  });

  test("bounds what the server keeps for a stalled archive", () => {
    expect(postgres.command).toContain("max_slot_wal_keep_size=4096MB");
    expect(container(archived({ slotLimitMiB: 512 }), "postgres").command).toContain(
      "max_slot_wal_keep_size=512MB",
    );
  });

  test("is said in words with the other schedules", () => {
    expect(JSON.stringify(json)).toContain("base backup of the database: at 01:00, only on Saturday (UTC)");
  });

  test.each([
    [{ keepDays: 0 }, "expected at least 1 day"],
    [{ slotLimitMiB: 16 }, "expected at least 64 MiB"],
    [{ behindSeconds: 5 }, "expected at least 60 seconds"],
  ])("refuses %j", (settings, message) => {
    expect(() => archived(settings)).toThrow(message);
  });
});
