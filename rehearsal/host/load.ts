import { pipe, run } from "../run";
import { IMAGE_PREFIX } from "../images/build";
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

/** Names of ours have the content in them; any other may have moved to another image. */
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
