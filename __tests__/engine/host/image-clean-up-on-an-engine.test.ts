import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { run, waitFor } from "../../../lib/run";
import { removeContainers } from "../../support/remove-containers";
import { temporaryFolder } from "../../support/temporary-folder";

jest.setTimeout(120_000);

const SCRIPT = join(__dirname, "../../../templates/clean-up/images.sh");

/** Names and labels that are no other test's, so that the script may remove for real on this machine's engine. */
const PREFIX = `clean-up-test-${randomBytes(4).toString("hex")}`;
const LABEL = `${PREFIX}.service`;

const docker = async (...args: string[]) => (await run(["docker", ...args])).stdout.trim();

/** An image of a few bytes that no other has. @returns its id */
async function image(reference: string, ...changes: string[]): Promise<string> {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "content"), randomBytes(16));
  await run(["tar", "-C", folder, "-cf", join(folder, "image.tar"), "content"]);
  const options = changes.flatMap((change) => ["--change", change]);
  return docker("import", ...options, join(folder, "image.tar"), reference);
}

/** A container that never ran. */
const container = (name: string, service: string, reference: string) =>
  docker("create", "--name", `${PREFIX}-${name}`, "--label", `${LABEL}=${service}`, reference, "/none");

async function cleanUp(
  settings: Readonly<Record<string, string>> = {},
  ...args: readonly string[]
): Promise<string[]> {
  const { stdout } = await run(["bash", SCRIPT, ...args], {
    env: {
      OLDER_THAN_DAYS: "0",
      KEEP_TAGS: "2",
      RELEASES: "/nowhere",
      REPOSITORY_PREFIX: `${PREFIX}/`,
      LABEL,
      BUILD_LABEL: `${PREFIX}.build`,
      CONTAINER_PREFIX: `${PREFIX}-`,
      ...settings,
    },
  });
  return stdout.trim().split("\n");
}

/** What there is of this test, each by its name, or by its id if it has no name. */
async function left(): Promise<string[]> {
  const tagged = await docker(
    "images",
    "--filter",
    `reference=${PREFIX}/*`,
    "--format",
    "{{.Repository}}:{{.Tag}}",
  );
  const moved = await docker(
    "images",
    "--filter",
    `label=${LABEL}`,
    "--filter",
    "dangling=true",
    "--no-trunc",
    "--quiet",
  );
  return `${tagged}\n${moved}`.split("\n").filter(Boolean).sort();
}

/** Ages are whole seconds: what is to count as older than zero days waits for the next one. */
async function nextSecond(): Promise<void> {
  const now = Math.floor(Date.now() / 1000);
  await waitFor("the next second", 5, () => Promise.resolve(Math.floor(Date.now() / 1000) > now + 1));
}

afterAll(async () => {
  await removeContainers(`label=${LABEL}`);
  const images = await left();
  await docker("rmi", "--force", `${PREFIX}.example/web:one`, ...images);
});

describe("the clean-up on a real engine", () => {
  test("removes what is old, and keeps what is young, newest, in use, or another project's", async () => {
    // GIVEN five releases of a service, the oldest still in a container of the deployment; one without a name; one of others
    for (const release of ["one", "two", "three", "four", "five"]) {
      await image(`${PREFIX}/web:${release}`);
      await nextSecond();
    }
    await image(`${PREFIX}/user-service:only`);
    const moved = await image(`${PREFIX}/user-service:moves`, `LABEL ${LABEL}=user-service`);
    await image(`${PREFIX}/user-service:moves`);
    await image(`${PREFIX}.example/web:one`, `LABEL ${LABEL}=web`);
    await container("web", "web", `${PREFIX}/web:one`);
    await container("web-0123456789ab", "web", `${PREFIX}/web:two`);
    const before = await left();
    expect(before).toContain(moved);

    // WHEN nothing is old enough, THEN nothing goes
    expect(await cleanUp({ OLDER_THAN_DAYS: "14" })).toEqual(["0 images and 0 containers removed"]);
    expect(await left()).toEqual(before);

    // WHEN all of it is
    await nextSecond();
    const planned = await cleanUp({}, "--dry-run");
    expect(await left()).toEqual(before);
    const said = await cleanUp();

    // THEN
    expect(said.sort()).toEqual(
      [
        `removed the container ${PREFIX}-web-0123456789ab`,
        `removed the image ${PREFIX}/web:three`,
        `removed the image ${PREFIX}/web:two`,
        "2 images and 1 containers removed",
      ].sort(),
    );
    expect(planned.sort()).toEqual(
      [
        `would remove the container ${PREFIX}-web-0123456789ab`,
        `would remove the image ${PREFIX}/web:three`,
        // Its only container would be gone by then.
        `would remove the image ${PREFIX}/web:two`,
        // The images have a few bytes each.
        "would free at least 1 MiB",
      ].sort(),
    );
    expect(await left()).toEqual([
      ...["user-service:moves", "user-service:only", "web:five", "web:four", "web:one"].map(
        (name) => `${PREFIX}/${name}`,
      ),
      moved,
    ]);
    expect(await docker("images", "--quiet", `${PREFIX}.example/web:one`)).not.toBe("");
    expect(await docker("ps", "--all", "--filter", `label=${LABEL}`, "--format", "{{.Names}}")).toBe(
      `${PREFIX}-web`,
    );
  });
});
