import { join } from "node:path";
import { ROOT } from "../../../rehearsal/client";
import { waitFor } from "../../../lib/run";
import { deploy, onHost } from "../support/rehearsal";

jest.setTimeout(400_000);

const APP = `node --import tsx ${join(ROOT, "__tests__/e2e/apps/scheduled-job.ts")}`;
const STAMP = "/var/lib/systemd/timers/stamp-emaintenance-trial.timer";

const LOG = "/opt/emaintenance/logs/schedules/trial.log";

interface RunRecord {
  readonly started: string;
  readonly exitCode: number;
  readonly message: string;
}

async function record(): Promise<RunRecord | undefined> {
  const { stdout } = await onHost("cat /opt/emaintenance/status/trial.json 2> /dev/null || true");
  return stdout === "" ? undefined : (JSON.parse(stdout) as RunRecord);
}

async function alerts(): Promise<string[]> {
  const { stdout } = await onHost('grep \'"source":"trial"\' /opt/emaintenance/status/alerts.jsonl || true');
  return stdout
    .split("\n")
    .filter(Boolean)
    .map((line) => (JSON.parse(line) as { message: string }).message);
}

const runNow = () => onHost("sudo systemctl start emaintenance-trial.service", { allowFailure: true });

describe("a job of a team's own", () => {
  beforeAll(async () => {
    await onHost(`sudo rm -f ${LOG}`);
    await deploy({ app: APP });
  });
  afterAll(() => onHost("sudo rm -f /run/trial-fails /run/trial-hangs"));

  test("waits for its time, in its own time zone", async () => {
    const { stdout } = await onHost("systemctl show -p TimersCalendar emaintenance-trial.timer");
    expect(stdout).toContain("OnCalendar=*-01-01 00:00:00 Asia/Shanghai");
    expect(await record()).toBeUndefined();
  });

  test("makes up for a run that was missed while the host was down", async () => {
    // As if the timer had last run two years ago, and had not been there since.
    await onHost(`sudo systemctl stop emaintenance-trial.timer && sudo touch -d '2 years ago' ${STAMP}`);
    await onHost("sudo systemctl start emaintenance-trial.timer");
    const made = await waitFor("the run that was missed", 30, record);
    expect(made).toMatchObject({
      exitCode: 0,
      message: "100 % of 1970 on /usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    });
    const { stdout } = await onHost(`cat ${LOG}`);
    expect(stdout).toMatch(/^\S+Z 100 % of 1970 on .*\n\S+Z ended with exit code 0 after \d+ s\n$/);
  });

  test("that fails is on record, with an alert", async () => {
    const before = (await alerts()).length;
    await onHost("sudo touch /run/trial-fails");
    await runNow();
    expect(await record()).toMatchObject({ exitCode: 1 });
    expect((await onHost("systemctl is-failed emaintenance-trial.service")).stdout.trim()).toBe("failed");
    expect((await alerts()).slice(before)).toEqual([expect.stringMatching(/^exit code 1: 100 %/)]);
    await onHost("sudo rm /run/trial-fails");
    await runNow();
    expect((await alerts()).at(-1)).toMatch(/^works again/);
  });

  test("that hangs is ended at its limit, and no second run begins meanwhile", async () => {
    // All in one login: a login of its own may take as long as the run.
    const second = await onHost(
      [
        "sudo touch /run/trial-hangs",
        "sudo systemctl start --no-block emaintenance-trial.service",
        "timeout 20 sh -c 'until pgrep -fx \"sleep 60\" > /dev/null; do :; done'",
        "sudo /opt/emaintenance/deploy/Server/scripts/run-job trial true",
      ].join(" && "),
      { allowFailure: true },
    );
    expect([second.code, second.stderr.trim()]).toEqual([75, "run-job: another run of trial is under way"]);
    await waitFor("the end of the run", 30, async () => (await record())?.exitCode === 124);
    expect((await record())?.message).toBe("not finished after 5 s, ended");
  });

  test("is removed once it is no longer configured, except for its log and its resolved alerts", async () => {
    await deploy();
    const { stdout } = await onHost(
      "sudo find /etc/systemd /opt/emaintenance /var/lib/systemd/timers /var/lib/emaintenance -name '*trial*'; systemctl list-units --all --plain --no-legend 'emaintenance-trial*'",
    );
    expect(stdout.trim()).toBe(LOG);
    expect((await alerts()).slice(-2)).toEqual(["not finished after 5 s, ended", "the job was taken away"]);
    await onHost(`sudo rm ${LOG}`);
  });
});
