import { waitFor } from "../../../lib/run";
import { onHost } from "../support/rehearsal";
import {
  alertsAbout,
  expectRestart,
  FAST,
  health,
  name,
  removeTrials,
  start,
  startedAt,
} from "../support/watchdog";

jest.setTimeout(400_000);

const suffix = Date.now().toString(36);
const [ILL, HOPELESS, DEPLOYED] = [
  `trial-ill-${suffix}`,
  `trial-hopeless-${suffix}`,
  `trial-deployed-${suffix}`,
];

const LOCK = "/run/emaintenance/deploy/lock";

afterAll(async () => {
  await onHost(`sudo rm -f ${LOCK}`);
  await removeTrials(ILL, HOPELESS, DEPLOYED);
});

describe("the watchdog", () => {
  test("restarts a container whose health fails, once, and leaves a hopeless one alone", async () => {
    // GIVEN one that never gets well
    await start(HOPELESS, `--health-cmd 'echo broken; exit 1' ${FAST}`, "setInterval(() => 0, 1000)");

    // WHEN the health of another one fails
    const seconds = await expectRestart(ILL, FAST);
    console.log(`restarted ${seconds} s after its health began to fail`);

    // THEN
    const after = await startedAt(ILL);
    await waitFor("the end of the restarts", 120, async () =>
      (await alertsAbout(HOPELESS)).some(({ severity }) => severity === "critical"),
    );
    const hopeless = await alertsAbout(HOPELESS);
    expect(hopeless.map(({ severity }) => severity)).toEqual(["warning", "warning", "warning", "critical"]);
    expect(hopeless.at(-1)?.message).toContain("Its health check says: broken");
    const left = await startedAt(HOPELESS);
    await waitFor("a run after that", 60, async () => {
      const { stdout } = await onHost("cat /opt/emaintenance/status/watchdog.json");
      return (JSON.parse(stdout) as { message: string }).message.includes(`left alone: ${name(HOPELESS)}`);
    });
    expect(await startedAt(HOPELESS)).toBe(left);
    expect(await startedAt(ILL)).toBe(after);
    await waitFor("the resolved alert", 60, async () =>
      (await alertsAbout(ILL)).some(({ severity }) => severity === "info"),
    );
  });

  test("does nothing while a deploy is in progress", async () => {
    await onHost(`echo '{"owner":"a test"}' | sudo tee ${LOCK}`);
    await start(DEPLOYED, `--health-cmd 'exit 1' ${FAST}`, "setInterval(() => 0, 1000)");
    await waitFor("an unhealthy container", 60, async () => (await health(DEPLOYED)) === "unhealthy");
    await onHost("sudo systemctl start emaintenance-watchdog.service");
    expect(await alertsAbout(DEPLOYED)).toEqual([]);

    await onHost(`sudo rm -f ${LOCK}; sudo systemctl start emaintenance-watchdog.service`);
    expect(await alertsAbout(DEPLOYED)).toHaveLength(1);
  });
});
