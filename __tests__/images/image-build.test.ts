import { chmodSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { App, TerraformStack, TerraformVariable } from "cdktf";
import { type BuildSource, builtFrom, OF_OTHER_SERVICES } from "../../constructs/images/build-source";
import { ImageBuild } from "../../constructs/images/image-build";
import { templateOf } from "../support/declared";
import { folderOf, MONOREPO, writeFiles } from "../support/monorepo";
import { TestStack } from "../support/test-stack";

function build(context: string, source: Partial<BuildSource> = {}, service = "user-service") {
  const stack = new TestStack();
  return new ImageBuild(stack, service, {
    service,
    template: templateOf(service),
    source: { context, ...source },
  });
}

/** The folder that would be sent. */
function sentBy(image: ImageBuild): string {
  const app = App.of(image);
  const { workingDirectory } = app.manifest.forStack(TerraformStack.of(image));
  return join(app.outdir, workingDirectory, image.block.context);
}

const filesIn = (folder: string) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();

describe("the identity of an image that is built", () => {
  test("is a digest of what is sent: the same on the next machine, and at the next time", () => {
    const [one, other] = [folderOf(MONOREPO), folderOf(MONOREPO)];

    expect(build(one).reference).toMatch(/^"emaintenance\/user-service:[0-9a-f]{12}"$/);
    expect(build(other).reference).toBe(build(one).reference);
  });

  test.each([
    ["the service's own source", { "apps/user-service/src/server.js": "1" }],
    ["a new file", { "apps/user-service/src/new.js": "" }],
    ["a workspace that it depends on", { "packages/log/index.js": "1" }],
    ["the lock file", { "package-lock.json": "{}" }],
  ])("is another one after a change in %s", (_, change) => {
    const root = folderOf(MONOREPO);
    const before = build(root).reference;
    writeFiles(root, change);

    expect(build(root).reference).not.toBe(before);
  });

  test.each([
    ["another service", { "apps/asset-service/src/server.js": "1" }],
    ["the web", { "apps/web/pages/index.js": "1" }],
    ["a file in the root that no build needs", { "README.md": "1" }],
    ["what is never sent", { "apps/user-service/.env": "A=1", "apps/user-service/node_modules/x.js": "" }],
  ])("stays after a change in %s", (_, change) => {
    const root = folderOf(MONOREPO);
    const before = build(root).reference;
    writeFiles(root, change);

    expect(build(root).reference).toBe(before);
  });

  test.each<[string, Partial<BuildSource>]>([
    ["arguments", { args: { FLAVOUR: "dark" } }],
    ["stage", { target: "build" }],
    ["base", { base: "node:22-alpine" }],
    ["command", { command: ["node", "other.js"] }],
  ])("is another one with another %s", (_, source) => {
    const root = folderOf(MONOREPO);

    expect(build(root, source).reference).not.toBe(build(root).reference);
  });

  test("changes with a run bit, and not with the rest of a mode, which git does not keep", () => {
    const root = folderOf(MONOREPO);
    const file = join(root, "apps/user-service/src/server.js");
    const before = build(root).reference;
    chmodSync(file, 0o600);
    expect(build(root).reference).toBe(before);
    chmodSync(file, 0o755);
    expect(build(root).reference).not.toBe(before);
  });

  test("takes in what is known at plan only there", () => {
    const stack = new TestStack();
    const origin = new TerraformVariable(stack, "ORIGIN", { type: "string" });
    const source = { context: folderOf(MONOREPO), args: { ORIGIN: origin.stringValue } };
    const image = new ImageBuild(stack, "web", { service: "web", template: "web", source });

    expect(stack.resolved(`\${${image.reference}}`)).toMatch(
      /^\$\{join\("-", \["emaintenance\/web:[0-9a-f]{12}", substr\(sha256\(jsonencode\(\[var.ORIGIN\]\)\), 0, 8\)\]\)\}$/,
    );
  });
});

describe("what is sent", () => {
  test("is the service, its workspaces, the manifests of all, and the Dockerfile", () => {
    expect(filesIn(sentBy(build(folderOf(MONOREPO))))).toEqual([
      ".dockerignore",
      "Dockerfile.emaintenance",
      "apps/asset-service/package.json",
      "apps/user-service/package.json",
      "apps/user-service/src/server.js",
      "apps/web/package.json",
      "package-lock.json",
      "package.json",
      "packages/kit/index.js",
      "packages/kit/package.json",
      "packages/log/index.js",
      "packages/log/package.json",
      "tsconfig.json",
    ]);
  });

  test("may be exactly what a team says", () => {
    const root = folderOf({ ...MONOREPO, "docker/Dockerfile": "FROM scratch\n" });
    const image = build(root, { dockerfile: "docker/Dockerfile", paths: ["apps/web/pages"] });

    expect(filesIn(sentBy(image))).toEqual([
      ".dockerignore",
      "Dockerfile.emaintenance",
      "apps/web/pages/index.js",
    ]);
  });

  test("has the team's own Dockerfile, with labels that say what it was built from", () => {
    const root = folderOf({ Dockerfile: "FROM scratch\nCOPY . /", "index.html": "" });
    const image = build(root, { dockerfile: "Dockerfile", paths: ["."] }, "nginx");

    expect(readFileSync(join(sentBy(image), "Dockerfile.emaintenance"), "utf8")).toMatch(
      /^FROM scratch\nCOPY \. \/\nLABEL org\.opencontainers\.image\.version="[0-9a-f]{12}"\n$/,
    );
    expect(image.base).toBeUndefined();
  });

  test("is the whole folder if there are no workspaces", () => {
    const root = folderOf({
      "package.json": { name: "alone" },
      "package-lock.json": "{}",
      "src/server.js": "",
      "node_modules/x.js": "",
    });

    expect(filesIn(sentBy(build(root)))).toEqual([
      ".dockerignore",
      "Dockerfile.emaintenance",
      "package-lock.json",
      "package.json",
      "src/server.js",
    ]);
  });

  test("is left while another deploy may still read it, and removed a day later", () => {
    const root = folderOf(MONOREPO);
    const stack = new TestStack();
    const make = (id: string) =>
      new ImageBuild(stack, id, { service: "user-service", template: "api", source: { context: root } });
    const first = sentBy(make("one"));
    writeFiles(root, { "apps/user-service/src/server.js": "1" });
    const second = sentBy(make("two"));
    expect([existsSync(first), existsSync(second)]).toEqual([true, true]);

    const yesterday = Date.now() / 1000 - 25 * 3600;
    utimesSync(first, yesterday, yesterday);
    make("three");
    expect([existsSync(first), existsSync(second)]).toEqual([false, true]);
  });
});

describe("a source that cannot be built, or must not be sent, is refused", () => {
  const refusal = (root: string, source?: Partial<BuildSource>, service?: string) => {
    try {
      build(root, source, service);
    } catch (error) {
      return (error as Error).message.replaceAll(root, "ROOT");
    }
    return undefined;
  };

  test("if the folder is missing", () => {
    const root = folderOf(MONOREPO);
    rmSync(root, { recursive: true });
    expect(refusal(root)).toBe(
      "images.user-service.context is ROOT: there is no such folder; expected the root of the source, relative to the folder of cdktf.json, absolute, or below ~",
    );
    mkdirSync(root);
  });

  test("if the service is no workspace", () => {
    expect(refusal(folderOf(MONOREPO), {}, "work-order-service")).toBe(
      "images.work-order-service: apps/work-order-service is no workspace of the monorepo ROOT; name the service's folder in images.work-order-service.workspace, such as apps/web",
    );
  });

  test("if a path is missing", () => {
    expect(refusal(folderOf(MONOREPO), { include: ["scripts"] })).toBe(
      "images.user-service names scripts: there is no such file or folder in ROOT; correct the path, or leave it out",
    );
    expect(refusal(folderOf(MONOREPO), { dockerfile: "Dockerfile" })).toBe(
      "images.user-service names Dockerfile: there is no such file or folder in ROOT; correct the path, or leave it out",
    );
  });

  test("if there is no lock file to install by", () => {
    const root = folderOf(MONOREPO);
    rmSync(join(root, "package-lock.json"));
    expect(refusal(root)).toBe(
      "images.user-service: there is no package-lock.json in ROOT; expected one, which `npm install` writes, or a Dockerfile of your own in images.user-service.dockerfile (for pnpm and yarn)",
    );
  });

  test("if there is no template for it", () => {
    expect(refusal(folderOf({ "index.html": "" }), {}, "nginx")).toBe(
      "images.nginx is built without a Dockerfile: there is no template for nginx; name a Dockerfile of your own in images.nginx.dockerfile",
    );
  });

  test("if it is too large, with what makes it so", () => {
    const root = folderOf({
      ...MONOREPO,
      "apps/user-service/video.mp4": "x".repeat(1536 * 1024),
      "apps/user-service/photo.jpg": "x".repeat(1024 * 1024),
    });
    expect(refusal(root, { maxContextMiB: 2 })).toMatch(
      /^images\.user-service: 2\.5 MiB would be sent to the host, more than 2 MiB; the largest files are\n {2}apps\/user-service\/video\.mp4 \(1\.5 MiB\)\n {2}apps\/user-service\/photo\.jpg \(1\.0 MiB\)\n/,
    );
  });

  test("if a secret would get into the image, by the file's name and never by the secret", () => {
    const root = folderOf({
      ...MONOREPO,
      ".npmrc": "//registry.example.com/:_authToken=dont-show-me\n",
      ".dockerignore": "!**/.env.production\n",
      "apps/user-service/.env.production": "JWT_SECRET=dont-show-me\n",
    });
    expect(refusal(root)).toBe(
      [
        "images.user-service: what looks like a secret would get into the image:",
        "  .npmrc: a login to a package registry",
        "  apps/user-service/.env.production: settings of one place, with its secrets",
        "put the file into .dockerignore or images.user-service.ignore, and give the value to the service as a variable; if it is no secret, name it in images.user-service.notSecret",
      ].join("\n"),
    );
    const notSecret = [".npmrc", "apps/user-service/.env.production"];
    expect(refusal(root, { notSecret })).toBeUndefined();
  });

  test("if nothing would be sent", () => {
    const root = folderOf({ Dockerfile: "FROM scratch", "dist/index.html": "" });
    expect(refusal(root, { dockerfile: "Dockerfile", paths: ["dist"] }, "nginx")).toBe(
      "images.nginx: no file of ROOT would be sent to the host; correct the paths, or the patterns that leave everything out",
    );
  });

  test.each<[string, Partial<BuildSource>]>([
    ["workspace", { workspace: "../other" }],
    ["paths.0", { paths: ["/etc"] }],
    ["args", { args: { "NO NAME": "" } }],
    ["base", { base: "node 20" }],
    ["build", { build: "one\ntwo" }],
    ["maxContextMiB", { maxContextMiB: 0 }],
    ["bundled", { dockerfile: "Dockerfile", bundled: true }],
  ])("if %s is wrong", (property, source) => {
    expect(refusal(folderOf(MONOREPO), source)).toContain(property);
  });
});

test("all of a team's own services are built from one folder in one word", () => {
  const images = builtFrom("../shop", { base: "node:22-alpine" });

  expect(images[OF_OTHER_SERVICES]("report-service")).toEqual({
    context: "../shop",
    workspace: "apps/report-service",
    base: "node:22-alpine",
  });
  expect({ ...images, [OF_OTHER_SERVICES]: undefined }).toEqual({
    "user-service": { context: "../shop", workspace: "apps/user-service", base: "node:22-alpine" },
    "work-order-service": {
      context: "../shop",
      workspace: "apps/work-order-service",
      base: "node:22-alpine",
    },
    "asset-service": { context: "../shop", workspace: "apps/asset-service", base: "node:22-alpine" },
    web: { context: "../shop", workspace: "apps/web", base: "node:22-alpine" },
  });
});
