import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, statSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { waitFor } from "../../../lib/run";
import { JobHost } from "../../support/job-host";

jest.setTimeout(60_000);

const bash = (line: string) => ["bash", "-c", line];

describe("a job that runs", () => {
  test("leaves its end on record and its output in its log, each line with the time", async () => {
    const host = new JobHost();
    const { code, stdout } = await host.run("run-job", ["backup", ...bash("echo one; echo two >&2")]);

    expect([code, stdout]).toEqual([0, ""]);
    expect(host.record("backup")).toEqual({
      job: "backup",
      started: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/) as string,
      ended: expect.stringMatching(/Z$/) as string,
      exitCode: 0,
      message: "two",
    });
    const log = host.lines("logs/schedules/backup.log");
    expect(log.map((line) => line.replace(/^\S+Z /, ""))).toEqual([
      "one",
      "two",
      expect.stringMatching(/^ended with exit code 0 after \d+ s$/) as string,
    ]);
    expect(Math.abs(Date.parse(log[0]?.split(" ")[0] ?? "") - Date.now())).toBeLessThan(60_000);
    expect(host.alerts).toEqual([]);
  });

  test("that says nothing writes no log", async () => {
    const host = new JobHost();
    await host.run("run-job", ["backup", "true"]);

    expect(host.record("backup")).toMatchObject({ exitCode: 0, message: "done" });
    expect(existsSync(host.path("logs/schedules/backup.log"))).toBe(false);
  });

  test("gets its arguments unchanged, whatever they contain", async () => {
    const host = new JobHost();
    const words = 'a "quoted" \\ 100 % $HOME `ls` \u00fc';
    await host.run("run-job", ["backup", "printf", "%s\t|\u001b[0m", words]);

    expect(host.record("backup")?.message).toBe(`${words} |[0m`);
  });

  test("keeps the local time of what it runs", async () => {
    const host = new JobHost();
    await host.run("run-job", ["backup", "date", "+%z"], { TZ: "Asia/Shanghai" });
    expect(host.record("backup")?.message).toBe("+0800");
  });
});

describe("a job that fails", () => {
  const fail = (host: JobHost) => host.run("run-job", ["backup", ...bash("echo no room; exit 3")]);

  test("raises an alert, once while it keeps failing, and another when it works again", async () => {
    const host = new JobHost();
    expect((await fail(host)).code).toBe(3);
    await fail(host);
    expect(host.record("backup")).toMatchObject({ exitCode: 3, message: "exit code 3: no room" });
    expect(host.alerts).toEqual([
      expect.objectContaining({ severity: "error", source: "backup", message: "exit code 3: no room" }),
    ]);

    await host.run("run-job", ["backup", "echo", "saved"]);
    expect(host.alerts.slice(1)).toEqual([
      expect.objectContaining({ severity: "info", source: "backup", message: "works again: saved" }),
    ]);
  });

  test("raises an alert each time when it runs seldom", async () => {
    const host = new JobHost();
    await fail(host);
    const longAgo = Date.now() / 1000 - 7200;
    utimesSync(host.path("status/backup.json"), longAgo, longAgo);
    await fail(host);
    expect(host.alerts).toHaveLength(2);
  });

  test("is ended at its time limit, with all that it started", async () => {
    const host = new JobHost();
    const began = Date.now();
    const { code } = await host.run("run-job", [
      "--timeout",
      "1",
      "backup",
      ...bash("echo begun; sleep 50 & wait"),
    ]);

    expect(code).toBe(124);
    expect(Date.now() - began).toBeLessThan(30_000);
    expect(host.record("backup")).toMatchObject({ exitCode: 124, message: "not finished after 1 s, ended" });
  });

  test("that cannot be found says so", async () => {
    const host = new JobHost();
    expect((await host.run("run-job", ["backup", "/no/such/program"])).code).toBe(127);
    expect(host.record("backup")?.message).toMatch(/^exit code 127: .*No such file or directory/);
  });

  test("because it was interrupted says so", async () => {
    const host = new JobHost();
    const child = spawn(join(host.scripts, "run-job"), ["backup", ...bash("echo begun; sleep 50")]);
    await waitFor("the beginning of the job", 20, () =>
      Promise.resolve(host.lines("logs/schedules/backup.log").length > 0),
    );
    const ended = once(child, "exit");
    child.kill("SIGTERM");
    await ended;
    expect(host.record("backup")).toMatchObject({
      exitCode: 143,
      message: expect.stringMatching(/^interrupted after \d+ s$/) as string,
    });
  });
});

describe("two runs of one job", () => {
  test("never overlap: the second one does nothing", async () => {
    const host = new JobHost();
    const go = host.path("go");
    const first = host.run("run-job", [
      "backup",
      ...bash(`echo begun; until [ -e '${go}' ]; do sleep 0.1; done; echo first`),
    ]);
    await waitFor("the beginning of the first run", 20, () =>
      Promise.resolve(host.lines("logs/schedules/backup.log").length > 0),
    );

    const second = await host.run("run-job", ["backup", "echo", "second"]);
    expect(second).toEqual({ code: 75, stdout: "", stderr: "run-job: another run of backup is under way\n" });
    expect((await host.run("run-job", ["other", "true"])).code).toBe(0);

    host.write("go", "");
    await first;
    expect(host.record("backup")?.message).toBe("first");
  });
});

describe("the alerts", () => {
  test("do not grow without end: the newest stay", async () => {
    const host = new JobHost();
    const line = `${JSON.stringify({ time: "t", severity: "info", source: "old", message: "x".repeat(90) })}\n`;
    host.write("status/alerts.jsonl", line.repeat(9000));
    await host.run("run-job", ["backup", "false"]);

    expect(statSync(host.path("status/alerts.jsonl")).size).toBeLessThan(600_000);
    expect(host.alerts.at(-1)).toMatchObject({ source: "backup" });
    expect(host.alerts.length).toBeGreaterThan(3000);
  });
});

describe("run-job, called wrongly", () => {
  test.each([
    [[], "expected JOB and PROGRAM"],
    [["backup"], "expected JOB and PROGRAM"],
    [["../etc", "true"], 'a job is named like image-clean-up, not "../etc"'],
    [["--timeout", "soon", "backup", "true"], '--timeout takes a number of seconds, not "soon"'],
    [["--loud", "backup", "true"], "unknown option --loud"],
  ])("with %j says what is wrong", async (args, message) => {
    expect(await new JobHost().run("run-job", args)).toEqual({
      code: 2,
      stdout: "",
      stderr: `run-job: ${message}: see run-job --help\n`,
    });
  });

  test("with --help explains itself", async () => {
    const { code, stdout } = await new JobHost().run("run-job", ["--help"]);
    expect(code).toBe(0);
    expect(stdout).toContain("usage: run-job [--timeout SECONDS] JOB PROGRAM");
  });
});
