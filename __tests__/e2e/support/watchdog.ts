import { waitFor } from "../../../lib/run";
import { inspectOnHost, onHost } from "./rehearsal";

interface Alert {
  readonly time: string;
  readonly severity: string;
  readonly source: string;
  readonly message: string;
}

/** A container of this project whose check fails once a file is there; a restart removes the file. */
const SERVER = `
  require("node:fs").rmSync("/tmp/ill", { force: true });
  require("node:http").createServer((_request, answer) => {
    answer.statusCode = require("node:fs").existsSync("/tmp/ill") ? 503 : 200;
    answer.end("checked");
  }).listen(3000);`;
const CHECK = `node -e "fetch('http://127.0.0.1:3000/health').then(a => process.exit(a.ok ? 0 : 1), () => process.exit(1))"`;

export const name = (service: string) => `emaintenance-${service}`;

export async function start(service: string, options: string, program: string): Promise<void> {
  await onHost(
    [
      `docker run -d --name ${name(service)} --init --restart unless-stopped`,
      `--label emaintenance.service=${service} --label emaintenance.tier=api ${options}`,
      `"$(docker inspect -f '{{.Image}}' emaintenance-user-service)" node -e '${program.replace(/\n */g, " ")}'`,
    ].join(" "),
  );
}

export async function alertsAbout(service: string): Promise<Alert[]> {
  const { stdout } = await onHost("cat /opt/emaintenance/status/alerts.jsonl 2> /dev/null || true");
  return stdout
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Alert)
    .filter(({ message }) => message.startsWith(`${name(service)} `));
}

export async function startedAt(service: string): Promise<string> {
  const [container] = await inspectOnHost<{ State: { StartedAt: string } }>(name(service));
  return container?.State.StartedAt ?? "";
}

export async function health(service: string): Promise<string> {
  const [container] = await inspectOnHost<{ State: { Health: { Status: string } } }>(name(service));
  return container?.State.Health.Status ?? "";
}

/** Timing of a health check, as options of `docker run`. */
export const FAST = "--health-interval 1s --health-timeout 5s --health-retries 2";

/** The deployment document's (8.1). */
export const OF_THE_DOCUMENT = "--health-interval 30s --health-timeout 10s --health-retries 3";

/** A container whose health begins to fail is restarted once. @returns seconds from its first failure to the restart */
export async function expectRestart(service: string, timing: string): Promise<number> {
  await start(service, `--health-cmd '${CHECK.replace(/'/g, `'\\''`)}' ${timing}`, SERVER);
  await waitFor("a healthy container", 90, async () => (await health(service)) === "healthy");
  const before = await startedAt(service);

  await onHost(`docker exec ${name(service)} touch /tmp/ill`);
  const began = Date.now();

  await waitFor("the restart", 120, async () => (await startedAt(service)) !== before, 1000);
  const seconds = (Date.now() - began) / 1000;
  expect(await alertsAbout(service)).toEqual([
    expect.objectContaining({
      severity: "warning",
      source: `watchdog/${service}`,
      message: expect.stringContaining("is unhealthy and is restarted") as string,
    }),
  ]);
  return seconds;
}

export const removeTrials = (...services: string[]) =>
  onHost(`docker rm -f ${services.map(name).join(" ")}; sudo rm -f /var/lib/emaintenance/watchdog/trial-*`, {
    allowFailure: true,
  });
