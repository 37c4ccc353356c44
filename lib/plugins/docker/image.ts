import type { ImageInspectInfo } from "dockerode";
import { because, messageOf, PluginError } from "../protocol/errors";
import type { Fields } from "../protocol/fields";
import type { Resource } from "../protocol/resource";
import type { ObjectValue } from "../protocol/values";
import { isNotFound, type Engine } from "./engine";
import { buildImage } from "./image-build";
import { findImage, findLocalImage, imagePath } from "./image-lookup";
import type { RegistryLogins } from "./registry-logins";
import { schema } from "./schema";
import { unsupported } from "./unsupported";

export function imageResource(engine: () => Engine, logins: () => RegistryLogins): Resource {
  return {
    version: schema.resources.docker_image.version,
    schema: schema.resources.docker_image,
    unsupported: unsupported("docker_image"),
    create: async (planned) => {
      const name = planned.requiredText("name");
      const [build] = planned.blocks("build");
      if (build) await buildImage(engine(), name, build);
      const options = { platform: planned.text("platform"), logins: logins() };
      return stateOf(
        name,
        await because("Unable to read Docker image into resource", () => findImage(engine(), name, options)),
      );
    },
    read: async (state) => {
      const name = state.requiredText("name");
      const image = await findLocalImage(engine(), name);
      return image ? stateOf(name, image) : null;
    },
    destroy: (state) => remove(engine(), state),
  };
}

async function remove(engine: Engine, state: Fields): Promise<void> {
  if (state.flag("keep_locally")) return;
  try {
    await engine.delete(imagePath(state.requiredText("name")), { force: state.flag("force_remove") });
  } catch (error) {
    if (!isNotFound(error)) throw new PluginError(`Unable to remove Docker image: ${messageOf(error)}`);
  }
}

function stateOf(name: string, image: ImageInspectInfo): ObjectValue {
  // The real plugin's id: the image's own, with the name behind it.
  return { id: image.Id + name, image_id: image.Id, repo_digest: repoDigest(name, image.RepoDigests ?? []) };
}

/** One image may have come from several registries: the digest of the one that the name means. */
function repoDigest(name: string, digests: readonly string[]): string {
  if (digests.length <= 1) return digests[0] ?? "";
  const repository = name.replace(/[:@][^/]*$/, "");
  return digests.find((digest) => digest.startsWith(`${repository}@`)) ?? "";
}
