import { contentKey } from "../../lib/content-key";
import { IMAGE_LABEL, IMAGE_PREFIX } from "../../lib/images/build";
import { withLock } from "../../lib/lock";
import { run, type RunResult } from "../../lib/run";
import { partsOf } from "./names";

/** Volume of the outer engine with the data of a host's engine that has images and nothing else: new hosts start from a copy. */
const VOLUME = `${IMAGE_PREFIX}-prepared`;

/** Says which images are in it. */
const KEY_LABEL = "emaintenance.rehearsal.prepared";

const COPY_SECONDS = 300;

/** All but the name of the engine, of which each host has one of its own. */
const COPY = "cp -a /from/. /to/ && rm -f /to/engine-id";

type OnHost = (line: string) => Promise<RunResult>;

/** Whether the volume has exactly these images. */
export async function arePrepared(references: readonly string[]): Promise<boolean> {
  const format = `{{index .Labels "${KEY_LABEL}"}}`;
  const { code, stdout } = await run(["docker", "volume", "inspect", "--format", format, VOLUME], {
    allowFailure: true,
  });
  return code === 0 && stdout.trim() === (await keyOf(references));
}

/**
 * Gives the volume of a host that is being made what is prepared, if anything is. Images that it lacks are loaded later.
 *
 * @param volume of the new host, empty
 * @param image whose `cp` is used
 */
export async function copyPrepared(volume: string, image: string): Promise<void> {
  await withLock("prepared-images", async () => {
    const { code } = await run(["docker", "volume", "inspect", VOLUME], { allowFailure: true });
    if (code === 0) await copyVolume(VOLUME, volume, image);
  });
}

/**
 * Keeps the images of a host that was just made, and on which nothing was deployed yet, for the hosts after it. Its engine is
 * stopped meanwhile, for seconds.
 */
export async function prepareFrom(rehearsal: string, references: readonly string[]): Promise<void> {
  await withLock("prepared-images", async () => {
    if (await arePrepared(references)) return;
    await removePrepared();
    const { container, volume } = partsOf(rehearsal);
    const onHost: OnHost = (line) =>
      run(["docker", "exec", container, "bash", "-c", line], { timeoutSeconds: COPY_SECONDS });
    await forgetOtherImages(onHost, references);
    await onHost("systemctl stop docker.socket docker");
    try {
      const { stdout } = await run(["docker", "inspect", "--format", "{{.Image}}", container]);
      const labels = ["--label", `${IMAGE_LABEL}=true`, "--label", `${KEY_LABEL}=${await keyOf(references)}`];
      await run(["docker", "volume", "create", ...labels, VOLUME]);
      await copyVolume(volume, VOLUME, stdout.trim()).catch(async (error: unknown) => {
        await removePrepared();
        throw error;
      });
    } finally {
      await onHost("systemctl start docker.socket docker");
    }
  });
}

export async function removePrepared(): Promise<void> {
  await run(["docker", "volume", "rm", "--force", VOLUME], { allowFailure: true });
}

/** What an earlier copy had, and this rehearsal does not want: it would be copied for ever. */
async function forgetOtherImages(onHost: OnHost, references: readonly string[]): Promise<void> {
  const { stdout } = await onHost("docker image ls --format '{{.Repository}}:{{.Tag}}'");
  const others = stdout.split("\n").filter((name) => name !== "" && !references.includes(name));
  if (others.length > 0) await onHost(`docker rmi --force ${others.join(" ")}`);
}

const keyOf = (references: readonly string[]) =>
  contentKey({ paths: [], extra: [...new Set(references)].sort() });

async function copyVolume(from: string, to: string, image: string): Promise<void> {
  const mounts = ["--volume", `${from}:/from:ro`, "--volume", `${to}:/to`];
  await run(
    ["docker", "run", "--rm", "--network", "none", ...mounts, "--entrypoint", "sh", image, "-c", COPY],
    { timeoutSeconds: COPY_SECONDS },
  );
}
