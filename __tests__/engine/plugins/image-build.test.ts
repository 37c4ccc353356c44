import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { docker, exists, uniqueName } from "./support/engine";
import { tinyImage } from "./support/tiny-image";
import { Workspace } from "./support/workspace";

jest.setTimeout(180_000);

const base = tinyImage();
const name = `${uniqueName("built")}:1`;
const workspace = new Workspace();
const context = join(workspace.folder, "context");

function image(change: object = {}) {
  return {
    docker_image: {
      app: {
        name,
        triggers: { version: "1" },
        build: {
          context: "./context",
          dockerfile: "deploy/Dockerfile",
          target: "final",
          build_args: { GREETING: "it's a secret?" },
          label: { release: "1" },
          tag: [`${name}-extra`],
        },
        ...change,
      },
    },
  };
}

beforeAll(async () => {
  mkdirSync(join(context, "deploy"), { recursive: true });
  writeFileSync(join(context, ".dockerignore"), "*\n!app\n");
  writeFileSync(join(context, "app"), "the application");
  writeFileSync(join(context, "excluded"), "");
  const lines = [
    `FROM ${base.name()} AS final`,
    "ARG GREETING",
    'RUN echo "$GREETING" > /greeting',
    "COPY . /app",
    "FROM scratch AS unused",
    "COPY missing /",
  ];
  writeFileSync(join(context, "deploy/Dockerfile"), lines.join("\n"));
  await workspace.init(image());
  await workspace.apply();
});
afterAll(() => workspace.close());

test("the image is built on the engine from the folder, with arguments, labels and tags", async () => {
  expect(await docker("run", "--rm", name, "cat", "/greeting", "/app/app")).toBe(
    "it's a secret?\nthe application",
  );
  expect(await docker("run", "--rm", name, "find", "/app", "-type", "f")).not.toContain("excluded");
  expect(
    await docker("image", "inspect", "--format", '{{index .Config.Labels "release"}}', `${name}-extra`),
  ).toBe("1");
});

test("its id is in the state, for the containers that run it", async () => {
  const id = await docker("image", "inspect", "--format", "{{.Id}}", name);
  expect(workspace.state("docker_image.app")).toMatchObject({ id: id + name, image_id: id, repo_digest: "" });
});

test("an image is built again and the old one removed if it is not kept", async () => {
  const before = workspace.state("docker_image.app")?.image_id;
  writeFileSync(join(context, "app"), "the next application");
  await workspace.apply(image({ triggers: { version: "2" } }));
  expect(workspace.state("docker_image.app")?.image_id).not.toBe(before);
  expect(await docker("run", "--rm", name, "cat", "/app/app")).toBe("the next application");
});

test("destroy removes the image", async () => {
  await workspace.destroy();
  expect(await exists("image", name)).toBe(false);
  await docker("image", "rm", "--force", `${name}-extra`);
});
