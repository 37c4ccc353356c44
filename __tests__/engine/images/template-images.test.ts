import { join } from "node:path";
import type { BuildSource } from "../../../constructs/images/build-source";
import { ensureBaseImages } from "../../../lib/images/images";
import { run, waitFor } from "../../../lib/run";
import { BuiltStack } from "./built-stack";

jest.setTimeout(900_000);

const APP = join(__dirname, "../../../rehearsal/app");

/** The web takes minutes to build: set this to 1 to have it built too. */
const WITH_WEB = process.env.EMAINTENANCE_TEST_WEB_IMAGE === "1";

let stack: BuiltStack;

/** Builds one image of the sample application, with the project's own Dockerfile. */
async function built(service: string, source: Partial<BuildSource>) {
  const { node: base, postgres, redis, nginx } = await ensureBaseImages();
  const own = ["user-service", "work-order-service", "asset-service", "web"].filter(
    (name) => name !== service,
  );
  stack = new BuiltStack({ postgres, redis, nginx, ...Object.fromEntries(own.map((name) => [name, base])) });
  const sources = { [service]: { context: APP, base, ...source } };
  await stack.init(sources);
  await stack.apply();
  const image = await stack.image(service.replaceAll("-", "_"));
  stack.built.add(image.name);
  expect(await stack.plan()).toEqual({});
  return image.name;
}

/** Runs an image as the production stack does, and asks it. */
async function answerOf(
  image: string,
  port: number,
  path: string,
  environment: readonly string[],
  tmpfs: readonly string[],
) {
  const hardened = ["--init", "--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges:true"];
  const { stdout } = await run([
    ...["docker", "run", "--detach", "--network", "none", ...hardened],
    ...[...tmpfs, "/tmp"].flatMap((folder) => ["--tmpfs", `${folder}:uid=1001,gid=1001`]),
    ...environment.flatMap((one) => ["--env", one]),
    image,
  ]);
  const container = stdout.trim();
  try {
    let answer = "";
    const ask = `fetch("http://127.0.0.1:${port}${path}").then(async (a) => console.log(a.status, await a.text()))`;
    await waitFor(`an answer of ${image}`, 60, async () => {
      const asked = await run(["docker", "exec", container, "node", "-e", ask], { allowFailure: true });
      answer = asked.stdout.trim();
      return asked.code === 0;
    });
    return answer;
  } finally {
    await run(["docker", "rm", "--force", container]);
  }
}

afterEach(() => stack.close());

test("the sample's user service, as one bundled file: answers, and has nothing else in it", async () => {
  const image = await built("user-service", {
    include: ["scripts"],
    build: "node scripts/build.mjs",
    bundled: true,
    // esbuild works without its script.
    installScripts: [],
  });

  const environment = [
    "PORT=3001",
    "DATABASE_URL=postgresql://nobody:none@127.0.0.1:1/none",
    "REDIS_URL=redis://127.0.0.1:1",
    `JWT_SECRET=${"x".repeat(32)}`,
  ];
  // Without a database and a cache it is not well, and says so.
  expect(await answerOf(image, 3001, "/health", environment, ["/app/logs"])).toMatch(/^503 \{/);
  const { stdout } = await run(["docker", "run", "--rm", "--network", "none", image, "ls", "-A", "/app"]);
  expect(stdout.trim().split("\n")).toEqual(
    expect.arrayContaining(["server.js", "migrate.js", "migrations"]),
  );
  expect(stdout).not.toContain("node_modules");
});

(WITH_WEB ? test : test.skip)(
  "the sample's web, as a standalone server: answers, with the origin built in",
  async () => {
    const image = await built("web", { installScripts: [] });

    expect(await answerOf(image, 3000, "/api/health", [], ["/app/.next/cache"])).toMatch(/^200 /);
    const find = "grep -rl http://203.0.113.10:3030 /app/.next/static | head -n 1";
    const { stdout } = await run(["docker", "run", "--rm", "--network", "none", image, "sh", "-c", find]);
    expect(stdout).toMatch(/^\/app\/\.next\/static\//);
  },
);
