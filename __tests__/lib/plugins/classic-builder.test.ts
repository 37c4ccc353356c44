import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { App, TerraformStack } from "cdktf";
import { ServiceImage } from "../../../constructs/images/service-image";
import { ImageBuild } from "../../../constructs/images/image-build";
import { unsupported } from "../../../lib/plugins/docker/unsupported";
import { templateOf } from "../../support/declared";
import { folderOf, MONOREPO } from "../../support/monorepo";
import { TestStack } from "../../support/test-stack";

/** The real plugin builds with BuildKit, the offline one with the engine's classic builder. What only BuildKit has: */
const ONLY_BUILDKIT: Readonly<Record<string, RegExp>> = {
  "a syntax directive": /^#\s*syntax\s*=/im,
  "a mount, a network or a security mode of RUN":
    /^\s*RUN\s+(?:--\S+\s+)*--(?:mount|network|security|device)\b/im,
  "an option of COPY or ADD":
    /^\s*(?:COPY|ADD)\s+(?:--\S+\s+)*--(?:link|chmod|exclude|parents|checksum|keep-git-dir|unpack)\b/im,
  "a here-document": /<<-?["']?[A-Za-z_]/,
};

const APP = join(__dirname, "../../../rehearsal/app");
const sample = readdirSync(APP).filter((file) => file.startsWith("Dockerfile"));

/** The Dockerfile as it is sent to the engine. */
function sentFor(service: string): string {
  const stack = new TestStack();
  const { block } = new ImageBuild(stack, service, {
    service,
    template: templateOf(service),
    source: { context: folderOf(MONOREPO) },
  });
  const { outdir, manifest } = App.of(stack);
  const folder = join(outdir, manifest.forStack(TerraformStack.of(stack)).workingDirectory);
  return readFileSync(join(folder, block.context, block.dockerfile ?? ""), "utf8");
}

const DOCKERFILES: (readonly [string, () => string])[] = [
  ...(["user-service", "web"] as const).map((service) => [`of ${service}`, () => sentFor(service)] as const),
  ...sample.map((file) => [`${file} of the sample`, () => readFileSync(join(APP, file), "utf8")] as const),
];

describe.each(DOCKERFILES)("the Dockerfile %s", (_which, text) => {
  test.each(Object.entries(ONLY_BUILDKIT))("is free of %s", (_what, pattern) => {
    expect(text()).toContain("FROM ");
    expect(text()).not.toMatch(pattern);
  });
});

test.each([
  ["# syntax=docker/dockerfile:1\nFROM a"],
  ["FROM a\nRUN --mount=type=cache,target=/x true"],
  ["FROM a\nCOPY --from=b --link x /"],
  ["FROM a\nCOPY --chmod=644 x /"],
  ["FROM a\nRUN <<EOF\ntrue\nEOF"],
])("what only BuildKit has would be seen: %j", (text) => {
  expect(Object.values(ONLY_BUILDKIT).some((pattern) => pattern.test(text))).toBe(true);
});

test("a stack that builds an image sets no argument that only BuildKit or a named builder takes", () => {
  const stack = new TestStack();
  new ServiceImage(stack, "one", {
    service: "web",
    template: "web",
    source: { context: folderOf(MONOREPO) },
  });
  const { dynamic } = stack.synthesise().resource.docker_image?.web as unknown as {
    dynamic: { build: { content: Record<string, unknown> } };
  };
  const { fields } = unsupported("docker_image");
  const fieldsInUse = Object.keys(dynamic.build.content);
  expect(fieldsInUse).toContain("context");
  expect(fieldsInUse.filter((name) => fields.has(`build.${name}`))).toEqual([]);
});
