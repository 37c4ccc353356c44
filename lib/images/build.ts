import { run } from "../run";

/** All images of a rehearsal are named `emaintenance-rehearsal/<what>:<content key>`. */
export const IMAGE_PREFIX = "emaintenance-rehearsal";

/** On every image that is built here, and on everything built from one: `docker image ls --filter label=…` finds them. */
export const IMAGE_LABEL = "emaintenance.rehearsal.image";

const BUILD_SECONDS = 900;

export async function imageExists(reference: string): Promise<boolean> {
  return (await run(["docker", "image", "inspect", reference], { allowFailure: true })).code === 0;
}

export interface BuildOptions {
  /** Path of the Dockerfile. @default the one in the context */
  readonly dockerfile?: string;
  /** Stage to build. @default the last */
  readonly target?: string;
}

/** Builds an image with the builder that every engine has. */
export async function dockerBuild(
  reference: string,
  context: string,
  buildArguments: Readonly<Record<string, string>>,
  { dockerfile, target }: BuildOptions = {},
): Promise<void> {
  const proxies = ["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"];
  await run(
    [
      ...["docker", "build", "--quiet", "--force-rm", "--tag", reference],
      ...Object.entries(buildArguments).flatMap(([name, value]) => ["--build-arg", `${name}=${value}`]),
      ...proxies.filter((name) => process.env[name]).flatMap((name) => ["--build-arg", name]),
      ...(dockerfile ? ["--file", dockerfile] : []),
      ...(target ? ["--target", target] : []),
      context,
    ],
    // The plain builder: a client without the buildx plugin has no other.
    { env: { DOCKER_BUILDKIT: "0" }, timeoutSeconds: BUILD_SECONDS },
  );
}
