import { postgresSettings } from "../../constructs/data/postgres-settings";

describe("the settings of PostgreSQL", () => {
  test("share out the 512 MiB of the deployment document", () => {
    expect(postgresSettings(512)).toMatchObject({
      shared_buffers: "128MB",
      effective_cache_size: "256MB",
      maintenance_work_mem: "32MB",
      work_mem: "2MB",
      max_connections: "60",
    });
  });

  test.each([192, 512, 1024, 4096])(
    "leave room in %d MiB when every connection sorts at once",
    (memoryMiB) => {
      const settings = postgresSettings(memoryMiB);
      const inMiB = (name: string) => parseInt(settings[name] ?? "", 10);

      const most =
        inMiB("shared_buffers") +
        inMiB("maintenance_work_mem") +
        inMiB("max_connections") * inMiB("work_mem");

      expect(most).toBeLessThan(memoryMiB * 0.8);
    },
  );

  test("keep passwords as scram, and slow statements in the log", () => {
    expect(postgresSettings(512)).toMatchObject({
      password_encryption: "scram-sha-256",
      log_min_duration_statement: "1000",
    });
  });
});
