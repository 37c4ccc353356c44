import { JobRunner } from "../../constructs/jobs/job-runner";
import { logBound, LogRotation, type LogLimits } from "../../constructs/host/log-rotation";
import { laidFile as file, script } from "../support/stack-json";
import { TestStack } from "../support/test-stack";

function made(limits: LogLimits = {}) {
  const stack = new TestStack();
  const { connection, layout } = stack;
  const runner = new JobRunner(stack, "job-runner", { connection, layout });
  new LogRotation(stack, "logs", { runner, ...limits });
  return script(stack.synthesise(), "log_rotation");
}

describe("the rotation of log files", () => {
  test("is by size, often, with three compressed files of each log", () => {
    expect(file(made(), "logrotate-root.conf")).toMatchSnapshot();
    expect(file(made(), "logrotate-1001.conf")).toMatchSnapshot();
    expect(file(made(), "job.timer")).toContain("OnUnitInactiveSec=15s");
  });

  test("keeps older files in an archive, when asked to", () => {
    const json = made({ sizeMiB: 20, keep: 5, archive: { days: 90, maxMiB: 2048 } });
    const conf = file(json, "logrotate-root.conf");
    expect(conf).toContain("size 20971520\nrotate 5\n");
    expect(conf).toContain('archive.sh "$1" "/opt/emaintenance/logs/archive/nginx"');
    expect(file(json, "job.service")).toContain(
      'Environment="ARCHIVE_DAYS=90"\nEnvironment="ARCHIVE_BYTES=2147483648"',
    );
  });

  test.each<[LogLimits, string]>([
    [{ sizeMiB: 0 }, "sizeMiB is 0"],
    [{ keep: 1.5 }, "keep is 1.5: expected a whole number"],
    [{ everySeconds: 0 }, "everySeconds is 0"],
    [{ archive: { days: 0, maxMiB: 10 } }, "archive.days is 0"],
  ])("refuses %j", (limits, message) => {
    expect(() => made(limits)).toThrow(message);
  });
});

describe("the room that logs take", () => {
  test("is bounded: 400 MiB of files and 240 MiB that Docker keeps", () => {
    // Five folders of two logs of 10 MiB, each with three rotated ones, and eight containers of 30 MiB.
    expect(logBound()).toEqual({ filesMiB: 400, archiveMiB: 0, dockerMiB: 240, inflowMiB: 0, totalMiB: 640 });
  });

  test("is larger by what comes in until the next run has ended", () => {
    expect(logBound({}, 20)).toMatchObject({ inflowMiB: 600, totalMiB: 1240 });
    expect(logBound({ everySeconds: 5 }, 20)).toMatchObject({ inflowMiB: 200 });
  });

  test("follows the settings", () => {
    const limits = { sizeMiB: 5, keep: 1, archive: { days: 30, maxMiB: 1000 } };
    expect(logBound(limits)).toMatchObject({ filesMiB: 100, archiveMiB: 1000, totalMiB: 1340 });
  });

  test("is the bound that the host is told", () => {
    expect(file(made(), "job.service")).toContain(`Environment="FOLDER_BYTES=${60 * 1024 * 1024}"`);
  });
});
