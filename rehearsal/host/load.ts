import { dirname } from "node:path";
import { pipe, run } from "../../lib/run";
import { IMAGE_PREFIX } from "../../lib/images/build";
import { hostExec } from "./host";
import { partsOf } from "./names";

const LOAD_SECONDS = 600;

/**
 * Brings images of the outer engine to the host's engine, in one stream, so that layers they share travel once. Those that the
 * host has are left out.
 * @returns the references that were sent
 */
export async function loadImages(rehearsal: string, references: readonly string[]): Promise<string[]> {
  const inside = ["docker", "exec", partsOf(rehearsal).container];
  const wanted = [...new Set(references)];
  const [here, there] = [await imageIds([], wanted), await imageIds(inside, wanted)];
  const lacking = wanted.filter((reference) => !there.has(reference) || differs(reference, here, there));
  if (lacking.length > 0) {
    const load = [
      "docker",
      "exec",
      "--interactive",
      partsOf(rehearsal).container,
      "docker",
      "load",
      "--quiet",
    ];
    await pipe(["docker", "save", ...lacking], load, { timeoutSeconds: LOAD_SECONDS });
  }
  return lacking;
}

/** Where a host without an engine keeps images for it. */
const LEFT_IMAGES = "/var/lib/rehearsal/images.tar";

/** A start of the engine lasts until the engine has the images: what is deployed next finds them. */
const DROP_IN = `[Service]
TimeoutStartSec=infinity
ExecStartPost=/bin/sh -c '[ ! -e ${LEFT_IMAGES} ] || { docker load --quiet --input ${LEFT_IMAGES} && rm ${LEFT_IMAGES}; }'
`;

/** Whether the host has a Docker Engine. */
export async function hasEngine(rehearsal: string): Promise<boolean> {
  return (await hostExec(rehearsal, "command -v dockerd", { allowFailure: true })).code === 0;
}

/**
 * Leaves images on a host that has no engine yet: they are loaded when one starts for the first time.
 * @returns the references that were left
 */
export async function leaveImages(rehearsal: string, references: readonly string[]): Promise<string[]> {
  const wanted = [...new Set(references)];
  const folder = "/etc/systemd/system/docker.service.d";
  await hostExec(
    rehearsal,
    `mkdir -p ${dirname(LEFT_IMAGES)} ${folder} && cat > ${folder}/rehearsal-images.conf`,
    { input: DROP_IN },
  );
  const keep = ["bash", "-c", `cat > ${LEFT_IMAGES}.part && mv ${LEFT_IMAGES}.part ${LEFT_IMAGES}`];
  await pipe(
    ["docker", "save", ...wanted],
    ["docker", "exec", "--interactive", partsOf(rehearsal).container, ...keep],
    { timeoutSeconds: LOAD_SECONDS },
  );
  return wanted;
}

/** Names of this project's images have the content in them; any other may have moved to another image. */
function differs(reference: string, here: Map<string, string>, there: Map<string, string>): boolean {
  return !reference.startsWith(`${IMAGE_PREFIX}/`) && here.get(reference) !== there.get(reference);
}

async function imageIds(
  prefix: readonly string[],
  references: readonly string[],
): Promise<Map<string, string>> {
  const ids = new Map<string, string>();
  for (const reference of references) {
    const { code, stdout } = await run(
      [...prefix, "docker", "image", "inspect", "--format", "{{.Id}}", reference],
      { allowFailure: true },
    );
    if (code === 0) ids.set(reference, stdout.trim());
  }
  return ids;
}
