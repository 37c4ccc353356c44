import { Backup, type BackupSettings } from "../../constructs/backup/backup";
import { describeBackup } from "../../constructs/backup/backup-rules";
import { JobRunner } from "../../constructs/jobs/job-runner";
import { CronSchedule } from "../../constructs/values/cron-schedule";
import { laidFiles, script, type StackJson } from "../support/stack-json";
import { TestStack } from "../support/test-stack";

function withBackups(settings: BackupSettings = {}): StackJson {
  const stack = new TestStack();
  const { connection, layout } = stack;
  const runner = new JobRunner(stack, "job-runner", { connection, layout });
  new Backup(stack, "backup", { runner, ...settings });
  return stack.synthesise();
}

const unitsOf = (stack: StackJson, job: string): string =>
  Object.values(laidFiles(script(stack, `backup_${job}`))).join("\n");

const jobsOf = (stack: StackJson): string =>
  (script(stack, "job_runner").triggers as Record<string, string>).JOBS ?? "";

describe("the schedules of backups", () => {
  test.each([
    ["database", "OnCalendar=*-*-* 02:00:00 UTC", "take.sh database --reason schedule --wait 3600"],
    ["uploads", "OnCalendar=Sun *-*-* 03:00:00 UTC", "take.sh uploads --reason schedule --wait 3600"],
    ["full", "OnCalendar=Sun *-*-* 01:00:00 UTC", "take.sh full --reason schedule --wait 3600"],
    ["verification", "OnCalendar=Sun *-*-* 05:00:00 UTC", "verify.sh --newest"],
  ])("%s is that of the deployment document, or after it", (job, time, command) => {
    const units = unitsOf(withBackups(), job);
    expect(units).toContain(time);
    expect(units).toContain(`scripts/lib/backup/${command}"`);
  });

  test("are printed in words after a deploy", () => {
    const settings = { timeZone: "Europe/Berlin", full: false, keepDays: 14 } as const;
    expect(withBackups(settings).output).toMatchObject({
      backup_schedule: {
        value: [
          "backup of the database: at 02:00, every day (Europe/Berlin)",
          "backup of uploaded files: at 03:00, only on Sunday (Europe/Berlin)",
          "backup of everything: not by schedule",
          "restore of the newest backups, to verify them: at 05:00, only on Sunday (Europe/Berlin)",
          "backups are kept for 14 days in /opt/emaintenance/backups",
        ].join("\n"),
      },
    });
  });

  test("may be others, and each can be left out", () => {
    const stack = withBackups({ database: CronSchedule.every({ minutes: 30 }), uploads: false });
    expect(unitsOf(stack, "database")).toContain("OnCalendar=*-*-* *:00,30:00 UTC");
    expect(jobsOf(stack)).toBe("backup-database backup-full backup-verification");
  });

  test("have time to wait for another backup, in addition to their own", () => {
    expect(unitsOf(withBackups({ timeLimitMinutes: 10 }), "database")).toContain("--timeout 4200 ");
  });

  test.each<[BackupSettings, string]>([
    [{ keepDays: 0 }, "keepDays is 0: expected at least 1 day"],
    [{ thinning: { weeks: 0.5 } }, "thinning.weeks is 0.5: expected whole weeks"],
    [{ timeLimitMinutes: 1441 }, "timeLimitMinutes is 1441: expected at most a day"],
    [{ compression: "bzip2" as "gzip" }, 'compression is "bzip2": expected zstd or gzip'],
  ])("refuse %j", (settings, message) => {
    expect(() => withBackups(settings)).toThrow(message);
  });
});

describe("the rules on the host", () => {
  test("are the defaults if nothing else is said", () => {
    expect(describeBackup({}, true)).toEqual({
      keepDays: 30,
      onePerDay: false,
      keepWeeks: 0,
      keepMonths: 0,
      compression: "zstd",
      plainSql: false,
      leastFreeMiB: 1024,
      timeLimitSeconds: 10_800,
      scheduled: true,
    });
  });
});
