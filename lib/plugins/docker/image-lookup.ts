import { createInterface } from "node:readline";
import type { ImageInspectInfo } from "dockerode";
import { messageOf, PluginError } from "../protocol/errors";
import { isNotFound, type Engine } from "./engine";
import { RegistryLogins } from "./registry-logins";

/** The path of an image in the engine's API; the slashes of a reference stay slashes there. */
export function imagePath(name: string): string {
  return `/images/${name.split("/").map(encodeURIComponent).join("/")}`;
}

/** @returns undefined if the engine has no image of that name or id */
export async function findLocalImage(engine: Engine, name: string): Promise<ImageInspectInfo | undefined> {
  try {
    return await engine.get<ImageInspectInfo>(`${imagePath(name)}/json`);
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/**
 * The image of that name or id, pulled if the engine does not have it.
 * @throws PluginError
 */
export async function findImage(
  engine: Engine,
  name: string,
  { platform, logins = new RegistryLogins() }: PullOptions = {},
): Promise<ImageInspectInfo> {
  const local = await findLocalImage(engine, name);
  if (local) return local;
  const missing = (reason: string) => missingImage(reason, logins.knows(name));
  if (/^sha256:[0-9a-f]{64}$/.test(name))
    throw missing(`unable to pull image ${name}: an id cannot be pulled`);
  try {
    await pull(engine, name, { platform, logins });
  } catch (error) {
    throw missing(`unable to pull image ${name}: error pulling image ${name}: ${messageOf(error)}`);
  }
  const pulled = await findLocalImage(engine, name);
  if (pulled) return pulled;
  throw missing(`unable to find or pull image ${name}`);
}

export interface PullOptions {
  readonly platform?: string;
  /** @default none */
  readonly logins?: RegistryLogins;
}

function missingImage(reason: string, withLogin: boolean): PluginError {
  const how = withLogin ? "with the login that registry_auth has for its registry" : "without a login";
  return new PluginError(
    reason,
    `Tried: the images of the engine by that reference, then a pull ${how}. Expected: an image that is present or ` +
      `pullable. Remedy: check the spelling, the tag and the login; bring it onto the host by hand with \`docker pull\`, or ` +
      "with `docker save IMAGE | ssh HOST docker load`.",
  );
}

/** A reference in the two parts that the engine's API wants. */
export function splitReference(name: string): { repository: string; tag: string } {
  const digest = /^(.+?)(?::[^/@]+)?@(.+)$/.exec(name);
  if (digest) return { repository: digest[1] ?? name, tag: digest[2] ?? "" };
  const tagged = /^(.+):([^/:]+)$/.exec(name);
  // Without a tag, the engine would pull every tag of the repository.
  return tagged
    ? { repository: tagged[1] ?? name, tag: tagged[2] ?? "" }
    : { repository: name, tag: "latest" };
}

async function pull(
  engine: Engine,
  name: string,
  { platform, logins }: Required<Pick<PullOptions, "logins">> & PullOptions,
): Promise<void> {
  const { repository, tag } = splitReference(name);
  const progress = await engine.open("POST", "/images/create", {
    query: { fromImage: repository, tag, platform },
    headers: logins.header(name),
  });
  // The engine answers 200 first, and tells a failure in the stream of progress.
  for await (const line of createInterface({ input: progress })) {
    if (line.trim() === "") continue;
    const { error } = JSON.parse(line) as { error?: string };
    if (error !== undefined) throw new PluginError(error);
  }
}
