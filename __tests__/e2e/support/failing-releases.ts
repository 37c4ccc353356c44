import { underTraffic } from "../../../rehearsal/traffic/traffic";
import { diff, NO_CHANGES, rehearsal } from "./rehearsal";
import { orphans, release, releasesOnHost, servingContainers } from "./releases";
import { instead, trialImage } from "./trial-images";

const server = (answer: string) =>
  instead(`require("http").createServer(${answer}).listen(process.env.PORT)`);
export const asRoot = (line: string) => ["USER root", `RUN ${line}`, "USER 1001:1001"];

const names = (words: Readonly<Record<string, string>>) => Object.keys(words);

/** Services whose container is another one, or was started again. */
export const changed = (before: Record<string, string>, after: Record<string, string>) =>
  names(before).filter((service) => before[service] !== after[service]);

/** Expects the state after a failed release, whatever made it fail. */
export async function expectRolledBack(name: string, goodName: string | undefined): Promise<void> {
  const failures = (await releasesOnHost()).filter(
    (record) => record.name === name && record.result === "failed",
  );
  // The rollback is a good release of that name, and its record replaces the failure's.
  expect(failures).toMatchObject(name === goodName ? [] : [{ current: false }]);
  expect((await releasesOnHost()).find(({ current }) => current)?.name).toBe(goodName);
  expect(await orphans()).toEqual([]);
  expect((await diff()).stdout).toContain(NO_CHANGES);
}

/** Name of the release in use. */
export const current = async () => (await releasesOnHost()).find((record) => record.current)?.name;

export interface Failing {
  readonly what: string;
  /** Released under the name of the release in use. @default under a name of its own */
  readonly sameName?: boolean;
  readonly service: string;
  readonly image: () => Promise<string>;
  /** The likely cause, as the command says it. */
  readonly says: RegExp;
}

export const FAILING: readonly Failing[] = [
  {
    what: "crashes at its start",
    sameName: true,
    service: "asset-service",
    image: () =>
      trialImage("asset-service", [instead(`console.error("the moon is missing"); process.exit(3)`)]),
    says: /the moon is missing/,
  },
  {
    what: "never gets healthy",
    service: "work-order-service",
    image: () => trialImage("work-order-service", [server("() => {}")]),
    says: /emaintenance-work-order-service\S* .*(unhealthy|health)/,
  },
  {
    what: "answers its health check with 500",
    service: "user-service",
    image: () => trialImage("user-service", [server(`(q, s) => { s.statusCode = 500; s.end("no disk") }`)]),
    says: /500 no disk/,
  },
  {
    what: "runs out of memory",
    service: "asset-service",
    image: () =>
      trialImage("asset-service", [instead("const kept = []; for (;;) kept.push(Buffer.alloc(8e6, 1))")]),
    says: /needs more memory than its limit|runs out of memory: its limit/,
  },
  {
    what: "fails in its migration",
    service: "user-service",
    image: () =>
      trialImage(
        "user-service",
        asRoot(
          `echo 'console.error("column lunar_phase does not exist"); process.exit(1)' > /app/migrate.js`,
        ),
      ),
    says: /column lunar_phase does not exist/,
  },
  {
    what: "cannot be pulled",
    service: "web",
    image: () => Promise.resolve("registry.invalid/team/web:2"),
    says: /registry\.invalid\/team\/web:2 is neither on \S+ nor can it be pulled/,
  },
];

/** Releases it while 16 clients use the system: no request fails, the command says why, and the release before is in use again. */
export async function expectFailsSafely(trial: Failing): Promise<void> {
  const good = await current();
  const name = trial.sameName ? (good ?? "") : `attempt-${trial.what.replace(/[^a-z]+/g, "-")}`;
  const before = await servingContainers();
  const images = { [trial.service]: await trial.image() };
  const { value, traffic } = await underTraffic(rehearsal().url, () => release(name, images));

  expect(value.stdout).toMatch(trial.says);
  expect(value.code).toBe(1);
  expect(value.stdout).toContain(`${good} serves again`);
  expect(traffic.failed).toEqual([]);
  expect(traffic.requests).toBeGreaterThan(100);
  // Data and gateway are never touched by it.
  const replaced = changed(before, await servingContainers());
  expect(replaced.filter((service) => ["postgres", "redis", "nginx"].includes(service))).toEqual([]);
  await expectRolledBack(name, good);
}
