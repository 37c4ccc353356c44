import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { ensureBaseImages } from "../../../lib/images/images";
import { run } from "../../../lib/run";
import { type Files, folderOf, writeFiles } from "../../support/monorepo";
import { BuiltStack, type Others } from "./built-stack";

jest.setTimeout(900_000);

const workspace = (name: string, more: object = {}) => ({ name: `@shop/${name}`, version: "1.0.0", ...more });

const service = (name: string, text: string): Files => ({
  [`apps/${name}/package.json`]: workspace(name, {
    scripts: { build: "mkdir -p dist && cp src/server.js dist/server.js" },
    dependencies: { "@shop/kit": "1.0.0" },
    devDependencies: { "escape-html": "1.0.3" },
  }),
  [`apps/${name}/src/server.js`]: `console.log(require("@shop/kit").seconds("2m"), "${text}");\n`,
});

/** A monorepo with a workspace, a package and one that only building needs. What a test must not send is in it too. */
const SHOP: Files = {
  "package.json": { name: "shop", private: true, workspaces: ["packages/*", "apps/*"] },
  ".npmrc": "omit-lockfile-registry-resolved=true\n",
  "unique.txt": randomBytes(8).toString("hex"),
  ".env": "SECRET=1\n",
  ".git/config": "[core]\n",
  "packages/kit/package.json": workspace("kit", { dependencies: { ms: "2.1.3" } }),
  "packages/kit/index.js": 'const ms = require("ms");\nexports.seconds = (text) => ms(text) / 1000;\n',
  ...service("user-service", "users"),
  ...service("asset-service", "assets"),
  "apps/user-service/.env.local": "SECRET=1\n",
};

let stack: BuiltStack;
let root: string;
let node: string;
let sources: Record<"user-service" | "asset-service", { context: string; base: string; include: string[] }>;

beforeAll(async () => {
  const { node: base, postgres, redis, nginx } = await ensureBaseImages();
  node = base;
  root = folderOf(SHOP);
  await run(["npm", "install", "--package-lock-only", "--silent"], { cwd: root, timeoutSeconds: 120 });
  const source = { context: root, base, include: ["unique.txt"] };
  sources = { "user-service": source, "asset-service": source };
  const others: Others = { postgres, redis, nginx, "work-order-service": node, web: node };
  stack = new BuiltStack(others);
  await stack.init(sources);
  await stack.apply();
  for (const name of ["user_service", "asset_service"]) stack.built.add((await stack.image(name)).name);
});
afterAll(() => stack.close());

const inContainer = async (image: string, ...argv: string[]) =>
  (
    await run(["docker", "run", "--rm", "--init", "--network", "none", "--read-only", image, ...argv])
  ).stdout.trim();

describe("an image that is built on the host", () => {
  test("runs what was built, with its workspaces and packages, as 1001", async () => {
    const { name } = await stack.image("user_service");
    expect(await inContainer(name)).toBe("120 users");
    expect(await inContainer(name, "id")).toMatch(/^uid=1001\(nodejs\) gid=1001\(nodejs\)/);
  });

  test("has no package that only building needs, no secret and no history in it", async () => {
    const { name } = await stack.image("user_service");
    const script =
      "find / -xdev \\( -name escape-html -o -name '.env*' -o -name .git -o -name _cacache \\) -not -path '/proc/*' 2> /dev/null || true";
    expect(await inContainer(name, "sh", "-c", script)).toBe("");
  });

  test("may write where the logs and uploads go, and nowhere else of it", async () => {
    const { name } = await stack.image("user_service");
    const script =
      "for path in /app /app/apps/user-service /app/logs /app/uploads; do test -w $path && echo $path; done; true";
    const { stdout } = await run(["docker", "run", "--rm", "--network", "none", name, "sh", "-c", script]);
    expect(stdout.trim().split("\n")).toEqual(["/app/logs", "/app/uploads"]);
  });

  test("says what it is, what it was built from, and how it is asked for its health", async () => {
    const { name } = await stack.image("user_service");
    const { stdout } = await run(["docker", "image", "inspect", name]);
    const [{ Config }] = JSON.parse(stdout) as [{ Config: Record<string, unknown> }];
    expect(Config).toMatchObject({
      User: "1001:1001",
      WorkingDir: "/app/apps/user-service",
      Labels: {
        "org.opencontainers.image.title": "E-Maintenance user-service",
        "org.opencontainers.image.version": name.split(":")[1],
      },
      Healthcheck: { Test: ["CMD", "node", "-e", expect.stringContaining("/health") as unknown] },
    });
  });

  test("is not built again while nothing changes", async () => {
    stack.synthesise(sources);
    expect(await stack.plan()).toEqual({});
  });

  test("is built again if its own source changed, and the others are left alone", async () => {
    const [users, assets] = [await stack.image("user_service"), await stack.image("asset_service")];
    writeFiles(root, service("asset-service", "more assets"));
    stack.synthesise(sources);
    // The image stays on the host: replacing it in the state removes nothing.
    expect(await stack.plan()).toEqual({ asset_service: "replace" });
    await stack.apply();

    const after = await stack.image("asset_service");
    stack.built.add(after.name);
    // A refresh fills in defaults of the build block, as the real plugin does.
    expect(await stack.image("user_service")).toMatchObject({ name: users.name, image_id: users.image_id });
    expect(after.name).not.toBe(assets.name);
    expect(await inContainer(after.name)).toBe("120 more assets");
    expect(await stack.plan()).toEqual({});

    // The rollback names the earlier image: it is found, not built, and nothing differs afterwards.
    const back = { "asset-service": assets.name };
    await stack.apply(back);
    expect(await stack.image("asset_service")).toMatchObject({
      name: assets.name,
      image_id: assets.image_id,
    });
    expect(await stack.plan(back)).toEqual({});

    await stack.apply();
    expect(await stack.image("asset_service")).toMatchObject({ name: after.name, image_id: after.image_id });
  });

  test("that cannot be built says which, without the build's output, as with the real provider; the others are as they were", async () => {
    const before = await stack.image("user_service");
    const file = join("apps", "user-service", "package.json");
    writeFiles(root, {
      [file]: workspace("user-service", {
        scripts: { build: "echo 'src/server.ts(3,7): error TS2322' && exit 2" },
        dependencies: { "@shop/kit": "1.0.0" },
        devDependencies: { "escape-html": "1.0.3" },
      }),
    });
    stack.synthesise(sources);
    const words = await stack.failure();
    expect(words.replace(/\s+/g, " ")).toMatch(/Error running legacy build: .*returned a non-zero code: 2/);
    expect(words).toContain("with docker_image.user_service");
    expect(words).not.toContain("src/server.ts(3,7): error TS2322");
    const { stdout } = await run(["docker", "image", "inspect", "--format", "{{.Id}}", before.name]);
    expect(stdout.trim()).toBe(before.image_id);
  });
});
