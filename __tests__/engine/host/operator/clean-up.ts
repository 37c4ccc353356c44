import { randomBytes } from "node:crypto";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { template } from "../../../../constructs/templates";
import { run, waitFor } from "../../../../lib/run";
import { temporaryFolder } from "../../../support/temporary-folder";
import { system } from "./support";

/** An image of a mebibyte that no other has. */
async function image(reference: string): Promise<void> {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "content"), randomBytes(1_048_576));
  await run(["tar", "-C", folder, "-cf", join(folder, "image.tar"), "content"]);
  await system.docker("import", join(folder, "image.tar"), reference);
}

/** Ages are whole seconds: what is to count as older than zero days waits for the next one. */
async function nextSecond(): Promise<void> {
  const now = Math.floor(Date.now() / 1000);
  await waitFor("the next second", 5, () => Promise.resolve(Math.floor(Date.now() / 1000) > now + 1));
}

describe("emaintenance clean-up", () => {
  const names = (): string[] => ["one", "two", "three"].map((tag) => `${system.prefix}/cleaned:${tag}`);
  const left = async (): Promise<string[]> => {
    const { stdout } = await system.docker(
      ...["images", "--filter", `reference=${system.prefix}/cleaned`, "--format", "{{.Repository}}:{{.Tag}}"],
    );
    return stdout.split("\n").filter(Boolean).sort();
  };

  /** The job, as a deploy lays it down. */
  function layJobDown(): void {
    const folder = join(system.root, "deploy/Server/scripts/jobs/image-clean-up");
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "run.sh"), template("clean-up/images.sh"), { mode: 0o755 });
    const settings = {
      ...{
        OLDER_THAN_DAYS: "0",
        KEEP_TAGS: "2",
        REPOSITORY_PREFIX: `${system.prefix}/`,
        RELEASES: "/nowhere",
      },
      ...{
        LABEL: `${system.prefix}.none`,
        BUILD_LABEL: `${system.prefix}.none`,
        CONTAINER_PREFIX: `${system.prefix}-`,
      },
    };
    const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}\n`);
    writeFileSync(join(folder, "settings"), lines.join(""));
    system.installJobRunner();
  }

  beforeAll(async () => {
    for (const name of names()) {
      await image(name);
      await nextSecond();
    }
  });

  afterAll(async () => {
    await run(["docker", "rmi", ...names()], { allowFailure: true });
    for (const path of ["jobs", "run-job", "lib/records.sh"]) {
      rmSync(join(system.root, "deploy/Server/scripts", path), { recursive: true, force: true });
    }
  });

  test("says that there is no clean-up if it is disabled", async () => {
    const { code, stderr } = await system.emaintenance(["clean-up", "--dry-run"]);
    expect([code, stderr]).toEqual([
      3,
      expect.stringContaining("the clean-up of images is not on this host"),
    ]);
  });

  test("lists what would go and how much that would free, and removes nothing", async () => {
    layJobDown();
    const { code, stdout, stderr } = await system.emaintenance(["clean-up", "--dry-run"]);

    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout.trim().split("\n")).toEqual([
      `would remove the image ${system.prefix}/cleaned:one`,
      expect.stringMatching(/^would free at least [12] MiB$/),
    ]);
    expect(await left()).toEqual(names().sort());
  });

  test("removes the same, as the job", async () => {
    const { code, stdout } = await system.emaintenance(["clean-up"]);

    expect(code).toBe(0);
    expect(stdout.trim().split("\n")).toEqual([
      `removed the image ${system.prefix}/cleaned:one`,
      "1 images and 0 containers removed",
    ]);
    expect(await left()).toEqual(names().slice(1).sort());
    const { schedules } = await system.json<{ schedules: { job: string; exitCode: number }[] }>(
      "status",
      "--quick",
    );
    expect(schedules).toContainEqual(expect.objectContaining({ job: "image-clean-up", exitCode: 0 }));
    expect((await system.emaintenance(["clean-up", "--dry-run"])).stdout).toBe("nothing would be removed\n");
  });

  test("refuses another word", async () => {
    const { code, stderr } = await system.emaintenance(["clean-up", "--all"]);
    expect([code, stderr]).toEqual([2, expect.stringContaining("clean-up has no option --all")]);
  });
});
