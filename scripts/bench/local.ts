import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { engineAddress } from "../../constructs/local/docker-context";
import { SAMPLE_SOURCE } from "../../constructs/local/local-settings";
import { waitForAnswer } from "../../lib/terraform/deploy";
import { ensureHostImage } from "../../rehearsal/host/host";
import { repository } from "../../lib/paths";
import { run, waitFor } from "../../lib/run";
import { composeFile, development, type InspectedContainer } from "./compose-file";
import { print } from "./print";
import { median, repeated, seconds } from "./timing";

/** Saved changes of which the median is shown. */
const RELOADS = 20;
const ROUNDS = 3;
/** Milliseconds between two saved changes: whoever edits looks at the answer before. */
const PAUSE_MS = 1000;
const LIMIT_SECONDS = 900;
const FIRST_ANSWER = { allSeconds: 300, requestSeconds: 120 };
const OFFSET = 10_000;
const URL = `http://localhost:${3030 + OFFSET}`;

const EDITED = "apps/user-service/src/auth-routes.ts";
const WORDS = "user name or password is wrong";
const DERIVED = /^(node_modules|\.next|dist)$/;

const name = `bench-${process.pid}`;
const prefix = `emaintenance-${name}-`;

async function dev(...words: string[]): Promise<void> {
  await run(["node", join(repository, "scripts/dev.mjs"), ...words, "--name", name], {
    timeoutSeconds: LIMIT_SECONDS,
  });
}

/** Seconds from saving a change of a service's source to its words in an answer of the gateway, each time. */
async function reloads(source: string): Promise<number[]> {
  const path = join(source, EDITED);
  const text = readFileSync(path, "utf8");
  const times: number[] = [];
  for (let round = 0; round < RELOADS; round += 1) {
    const words = `change ${round}`;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    times.push(
      await seconds(async () => {
        writeFileSync(path, text.replace(WORDS, words));
        await waitFor(`the words "${words}"`, LIMIT_SECONDS, async () => (await refusal()) === words, 20);
      }),
    );
  }
  return times;
}

async function refusal(): Promise<string | undefined> {
  const body = JSON.stringify({ username: `nobody-${Math.random()}`, password: "wrong" });
  const headers = { "content-type": "application/json" };
  const signal = AbortSignal.timeout(5000);
  return fetch(`${URL}/api/auth/login`, { method: "POST", headers, body, signal })
    .then(async (answer) => ((await answer.json()) as { error?: { message?: string } }).error?.message)
    .catch(() => undefined);
}

/** docker compose of a rehearsal's host, which every machine that runs this has, on this machine's engine. */
async function compose(file: string, ...words: string[]): Promise<void> {
  const socket = engineAddress().replace(/^unix:\/\//, "") || "/var/run/docker.sock";
  const image = await ensureHostImage("ready");
  await run(
    [
      ...["docker", "run", "--rm", "--interactive", "--network", "none"],
      ...["--volume", `${socket}:/var/run/docker.sock`, "--entrypoint", "docker-compose", image],
      ...["--project-name", name, "--file", "-", ...words],
    ],
    { input: file, timeoutSeconds: LIMIT_SECONDS },
  );
}

async function inspectSystem(): Promise<string> {
  const { stdout: ids } = await run(["docker", "ps", "--all", "--quiet", "--filter", `name=^${prefix}`]);
  const { stdout } = await run(["docker", "inspect", ...ids.split("\n").filter(Boolean)]);
  const { stdout: all } = await run(["docker", "volume", "ls", "--format", "{{.Name}}"]);
  const volumes = all.split("\n").filter((volume) => volume.startsWith(prefix));
  return composeFile(JSON.parse(stdout) as InspectedContainer[], development(prefix, volumes));
}

async function bench(): Promise<void> {
  const source = mkdtempSync(join(tmpdir(), "emaintenance-bench-"));
  cpSync(SAMPLE_SOURCE, source, { recursive: true, filter: (path) => !DERIVED.test(basename(path)) });
  const up = () => dev("up", "--port-offset", String(OFFSET), "--source", source, "--no-follow");
  let file: string | undefined;
  try {
    const first = await seconds(up);
    const again = await repeated(ROUNDS, up);
    const stopped = await repeated(ROUNDS, up, () => dev("stop"));
    const reloaded = await reloads(source);
    file = await inspectSystem();
    await dev("stop");

    const definition = file;
    const answer = () => waitForAnswer(URL, FIRST_ANSWER);
    const composeUp = async () => {
      await compose(definition, "up", "--detach", "--wait");
      await answer();
    };
    const composeFirst = await seconds(composeUp);
    const composeAgain = await repeated(ROUNDS, composeUp);
    const composeStopped = await repeated(ROUNDS, composeUp, () => compose(definition, "down"));

    const versusCompose = (times: readonly number[]) => ({ name: "compose", seconds: median(times) });
    print([
      { what: "compose up --wait, all volumes new", times: [composeFirst] },
      { what: "npm run dev, all volumes new", times: [first], comparedWith: versusCompose([composeFirst]) },
      { what: "compose up --wait, all runs already", times: composeAgain },
      { what: "npm run dev, all runs already", times: again, comparedWith: versusCompose(composeAgain) },
      { what: "compose up --wait, after down", times: composeStopped },
      { what: "npm run dev, after dev:stop", times: stopped, comparedWith: versusCompose(composeStopped) },
      { what: "a saved change, to its answer", times: reloaded },
    ]);
  } finally {
    if (file !== undefined) await compose(file, "down", "--volumes");
    await dev("destroy", "--yes");
    rmSync(source, { recursive: true, force: true });
  }
}

bench().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
