import { waitFor } from "../../../rehearsal/run";
import { inspectOnHost, onHost } from "../support/rehearsal";

jest.setTimeout(400_000);

interface Alert {
  readonly time: string;
  readonly severity: string;
  readonly source: string;
  readonly message: string;
}

/** A container of ours whose check fails once a file is there; a restart removes the file. */
const SERVER = `
  require("node:fs").rmSync("/tmp/ill", { force: true });
  require("node:http").createServer((_request, answer) => {
    answer.statusCode = require("node:fs").existsSync("/tmp/ill") ? 503 : 200;
    answer.end("checked");
  }).listen(3000);`;
const CHECK = `node -e "fetch('http://127.0.0.1:3000/health').then(a => process.exit(a.ok ? 0 : 1), () => process.exit(1))"`;

const name = (service: string) => `emaintenance-${service}`;

async function start(service: string, options: string, program: string): Promise<void> {
  await onHost(
    [
      `docker run -d --name ${name(service)} --init --restart unless-stopped`,
      `--label emaintenance.service=${service} --label emaintenance.tier=api ${options}`,
      `"$(docker inspect -f '{{.Image}}' emaintenance-user-service)" node -e '${program.replace(/\n */g, " ")}'`,
    ].join(" "),
  );
}

async function alertsAbout(service: string): Promise<Alert[]> {
  const { stdout } = await onHost("cat /opt/emaintenance/status/alerts.jsonl 2> /dev/null || true");
  return stdout
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Alert)
    .filter(({ message }) => message.startsWith(`${name(service)} `));
}

async function startedAt(service: string): Promise<string> {
  const [container] = await inspectOnHost<{ State: { StartedAt: string } }>(name(service));
  return container?.State.StartedAt ?? "";
}

async function health(service: string): Promise<string> {
  const [container] = await inspectOnHost<{ State: { Health: { Status: string } } }>(name(service));
  return container?.State.Health.Status ?? "";
}

const suffix = Date.now().toString(36);
const [ILL, HOPELESS, DEPLOYED] = [
  `trial-ill-${suffix}`,
  `trial-hopeless-${suffix}`,
  `trial-deployed-${suffix}`,
];

const LOCK = "/run/emaintenance/deploy/lock";
const fast = "--health-interval 1s --health-timeout 5s --health-retries 2";

afterAll(() =>
  onHost(
    `sudo rm -f ${LOCK}; docker rm -f ${[ILL, HOPELESS, DEPLOYED].map(name).join(" ")}; sudo rm -f /var/lib/emaintenance/watchdog/trial-*`,
    { allowFailure: true },
  ),
);

describe("the watchdog", () => {
  test("restarts a container within two minutes of its health failing, once, and leaves a hopeless one alone", async () => {
    // GIVEN a service with the timing of the deployment document, and one that never gets well
    await start(
      ILL,
      `--health-cmd '${CHECK.replace(/'/g, `'\\''`)}' --health-interval 30s --health-timeout 10s --health-retries 3`,
      SERVER,
    );
    await start(HOPELESS, `--health-cmd 'echo broken; exit 1' ${fast}`, "setInterval(() => 0, 1000)");
    await waitFor("a healthy container", 90, async () => (await health(ILL)) === "healthy");
    const before = await startedAt(ILL);

    // WHEN
    await onHost(`docker exec ${name(ILL)} touch /tmp/ill`);
    const began = Date.now();

    // THEN
    await waitFor("the restart", 120, async () => (await startedAt(ILL)) !== before, 1000);
    const seconds = (Date.now() - began) / 1000;
    console.log(`restarted ${seconds} s after its health began to fail`);
    expect(seconds).toBeLessThan(120);
    const after = await startedAt(ILL);
    expect(await alertsAbout(ILL)).toEqual([
      expect.objectContaining({
        severity: "warning",
        source: `watchdog/${ILL}`,
        message: expect.stringContaining("is unhealthy and is restarted") as string,
      }),
    ]);

    await waitFor("the end of the restarts", 120, async () =>
      (await alertsAbout(HOPELESS)).some(({ severity }) => severity === "critical"),
    );
    const hopeless = await alertsAbout(HOPELESS);
    expect(hopeless.map(({ severity }) => severity)).toEqual(["warning", "warning", "warning", "critical"]);
    expect(hopeless.at(-1)?.message).toContain("Its health check says: broken");
    const left = await startedAt(HOPELESS);
    await waitFor("a look after that", 60, async () => {
      const { stdout } = await onHost("cat /opt/emaintenance/status/watchdog.json");
      return (JSON.parse(stdout) as { message: string }).message.includes(`left alone: ${name(HOPELESS)}`);
    });
    expect(await startedAt(HOPELESS)).toBe(left);
    expect(await startedAt(ILL)).toBe(after);
    await waitFor("the word that all is well", 60, async () =>
      (await alertsAbout(ILL)).some(({ severity }) => severity === "info"),
    );
  });

  test("does nothing while a deploy is in progress", async () => {
    await onHost(`echo '{"owner":"a test"}' | sudo tee ${LOCK}`);
    await start(DEPLOYED, `--health-cmd 'exit 1' ${fast}`, "setInterval(() => 0, 1000)");
    await waitFor("an unhealthy container", 60, async () => (await health(DEPLOYED)) === "unhealthy");
    await onHost("sudo systemctl start emaintenance-watchdog.service");
    expect(await alertsAbout(DEPLOYED)).toEqual([]);

    await onHost(`sudo rm -f ${LOCK}; sudo systemctl start emaintenance-watchdog.service`);
    expect(await alertsAbout(DEPLOYED)).toHaveLength(1);
  });
});
