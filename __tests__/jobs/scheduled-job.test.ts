import { JobRunner } from "../../constructs/jobs/job-runner";
import { ScheduledJob, type ScheduledJobProps } from "../../constructs/jobs/scheduled-job";
import { CronSchedule } from "../../constructs/values/cron-schedule";
import { laidFiles, script, scriptLines, type ScriptJson } from "../support/stack-json";
import { TestStack } from "../support/test-stack";

const files = (json: ScriptJson): Record<string, string> =>
  Object.fromEntries(
    Object.entries(laidFiles(json)).map(([path, text]) => [path.replace(/^.*\//, ""), text]),
  );

function made(props: Partial<ScheduledJobProps> = {}) {
  const stack = new TestStack();
  const { connection, layout } = stack;
  const runner = new JobRunner(stack, "job-runner", { connection, layout });
  new ScheduledJob(stack, "backup", {
    runner,
    job: "database-backup",
    description: "backup of the database",
    schedule: CronSchedule.daily({ hour: 2 }),
    script: "echo done",
    ...props,
  });
  const json = stack.synthesise();
  return { json: script(json, "database_backup"), files: files(script(json, "database_backup")) };
}

describe("a scheduled job", () => {
  test("has a timer with an explicit zone, which makes up for missed runs", () => {
    expect(made({ timeZone: "Asia/Shanghai" }).files["job.timer"])
      .toBe(`# When the job runs: at 02:00, every day (Asia/Shanghai).
# Rendered by the deployment: a change made here is gone after the next one.
[Unit]
Description=E-Maintenance: backup of the database, at 02:00, every day (Asia/Shanghai)

[Timer]
OnCalendar=*-*-* 02:00:00 Asia/Shanghai
Persistent=true
AccuracySec=1s

[Install]
WantedBy=timers.target
`);
  });

  test("has a unit that runs its script in run-job, with a path, its environment and a limit", () => {
    const environment = { FORMAT: '%Y "x"\\', KEEP: "30" };
    expect(made({ environment, timeoutSeconds: 600 }).files["job.service"]).toBe(`# backup of the database
# Rendered by the deployment: a change made here is gone after the next one.
[Unit]
Description=E-Maintenance: backup of the database
After=docker.service
StartLimitIntervalSec=0

[Service]
Type=oneshot
Environment=PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
Environment="FORMAT=%%Y \\"x\\"\\\\"
Environment="KEEP=30"
ExecStart=/opt/emaintenance/deploy/Server/scripts/run-job --timeout 600 database-backup /opt/emaintenance/deploy/Server/scripts/jobs/database-backup/run.sh
# run-job ends the program at its time limit; this is for run-job itself.
TimeoutStartSec=660
# Not a line in the journal for every run: what a job says is in its own log.
LogLevelMax=notice
`);
  });

  test("has its script as it was given: a percent sign in it is a percent sign", () => {
    expect(made({ script: "date +%Y%m%d" }).files["run.sh"]).toBe("date +%Y%m%d");
  });

  test("installs its script and the files next to it, after the runner", () => {
    const { json } = made({ files: { "settings.conf": "a = b" } });
    expect(scriptLines(json)).toEqual(
      expect.arrayContaining([
        "export FOLDER='/opt/emaintenance/deploy/Server/scripts/jobs/database-backup'",
        "export FILES='run.sh settings.conf'",
      ]),
    );
    expect(json.depends_on).toEqual(["null_resource.job_runner"]);
  });

  test("is known to the runner, which removes what is no longer a job", () => {
    const stack = new TestStack();
    const { connection, layout } = stack;
    const runner = new JobRunner(stack, "job-runner", { connection, layout });
    const job = { runner, description: "a job", schedule: CronSchedule.daily({ hour: 2 }), script: "true" };
    new ScheduledJob(stack, "one", { ...job, job: "tidy-up" });
    new ScheduledJob(stack, "two", { ...job, job: "backup" });

    const { triggers } = script(stack.synthesise(), "job_runner");
    expect(triggers.JOBS).toBe("backup tidy-up");
    expect(() => new ScheduledJob(stack, "three", { ...job, job: "backup" })).toThrow(
      "the job backup is scheduled twice: give one of them another name",
    );
  });

  test("is installed again when its time changes", () => {
    const later = made({ schedule: CronSchedule.daily({ hour: 3 }) });
    expect(later.json.triggers).not.toEqual(made().json.triggers);
  });

  test.each([
    [{ job: "Backup of all" }, 'job is "Backup of all": expected lower case words, such as image-clean-up'],
    [{ timeZone: "+02:00" }, /timeZone is "\+02:00": expected a time zone of the tz database/],
    [{ timeoutSeconds: 0 }, "timeoutSeconds is 0: expected at least 1 second"],
    [{ environment: { "a b": "c" } }, 'a name in environment is "a b": expected a name such as KEEP_DAYS'],
    [
      { environment: { A: "b\nExecStart=/bin/evil" } },
      'environment.A is "b\\nExecStart=/bin/evil": expected a text without line breaks',
    ],
    [{ description: "100 %" }, 'description is "100 %": expected one line without % and \\'],
  ])("refuses %j", (props, message) => {
    expect(() => made(props)).toThrow(message);
  });
});
