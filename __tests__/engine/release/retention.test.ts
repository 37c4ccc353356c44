import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { template } from "../../../constructs/templates";
import { KEPT_RELEASES } from "../../../constructs/release/release-record";
import { run } from "../../../lib/run";
import { temporaryFolder } from "../../support/temporary-folder";
import { docker, removeQuietly, uniqueName } from "../plugins/support/engine";
import { tinyImage } from "../plugins/support/tiny-image";

const TEMPLATES = join(__dirname, "../../../templates");
const project = uniqueName("retention");
const label = `${project}.service`;
const base = tinyImage();

const folder = temporaryFolder();
const releases = join(folder, "releases");
const stack = join(folder, "stack.json");

/** Releases in addition to those that stay: each has an image of its own. */
const NUMBERS = Array.from({ length: KEPT_RELEASES + 3 }, (_, number) => number + 1);
const image = (number: number) => `${project}/web:${number}`;
const container = (number: number) => `${project}-web-${number}`;

/** Makes the image of a release, runs it in place of the one before, and has it written down as a deploy does. */
async function deployed(number: number, result: "good" | "failed" = "good"): Promise<void> {
  await run(["docker", "build", "-q", "-t", image(number), "-"], {
    input: `FROM ${base.name()}\nLABEL release=${number}\n`,
  });
  if (number > 1) await docker("rm", "--force", container(number - 1));
  await docker("run", "--detach", "--name", container(number), "--label", `${label}=web`, image(number));
  await run(["bash", "-s"], {
    input: template("release/record.sh"),
    env: {
      RELEASES: releases,
      RELEASE: `release-${number}`,
      RESULT: result,
      LABEL: label,
      MIGRATION: `${project}-migration`,
      KEEP: String(KEPT_RELEASES),
      STACK: stack,
      IMAGES: `web=${image(number)}`,
    },
  });
}

/** The weekly clean-up, when everything is old, and no tag is kept for being one of the newest. */
const cleanUp = () =>
  run(["bash", join(TEMPLATES, "clean-up/images.sh")], {
    env: {
      OLDER_THAN_DAYS: "-1",
      KEEP_TAGS: "0",
      REPOSITORY_PREFIX: `${project}/`,
      RELEASES: releases,
      LABEL: label,
      BUILD_LABEL: `${project}.build`,
      CONTAINER_PREFIX: `${project}-`,
    },
  });

const here = async () =>
  (await docker("images", "--format", "{{.Repository}}:{{.Tag}}", `${project}/web`)).split("\n").sort();

beforeAll(() => {
  mkdirSync(releases);
  writeFileSync(stack, "{}");
});

afterAll(async () => {
  await removeQuietly("container", container(NUMBERS.length));
  for (const number of NUMBERS) await removeQuietly("image", image(number));
});

test("the images of the last five good releases stay, and nothing of the others", async () => {
  for (const number of NUMBERS) await deployed(number, number === NUMBERS.length - 2 ? "failed" : "good");

  await cleanUp();

  // The failed one does not count, and needs no image.
  const good = NUMBERS.filter((number) => number !== NUMBERS.length - 2);
  const kept = good.slice(-KEPT_RELEASES);
  expect(kept).toHaveLength(5);
  expect(await here()).toEqual(kept.map(image).sort());
  const { stdout } = await run(["ls", releases]);
  expect(stdout.trim().split("\n").sort()).toEqual(
    ["current", ...kept.map((number) => `release-${number}`), `release-${NUMBERS.length - 2}`].sort(),
  );
});
