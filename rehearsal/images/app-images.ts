import { join } from "node:path";
import type { BuiltInApplication } from "../../constructs/services/built-in-services";
import { ServiceCatalogue } from "../../constructs/services/service-catalogue";
import { contentKey } from "../../lib/content-key";
import { dockerBuild, IMAGE_PREFIX, imageExists } from "../../lib/images/build";
import { ensureBaseImages } from "../../lib/images/images";
import { withLock } from "../../lib/lock";
import { type Say, saySilently } from "../../lib/paths";

const APP = join(__dirname, "..", "app");
const SERVICES = ServiceCatalogue.builtIn.api.map(({ name }) => name);

export type AppImages = Readonly<Record<BuiltInApplication, string>>;

/** What every image of the application depends on: the packages it installs. */
const PACKAGES = [
  "package.json",
  "package-lock.json",
  ".npmrc",
  ".dockerignore",
  "packages/service-kit/package.json",
  ...[...SERVICES, "web"].map((name) => `apps/${name}/package.json`),
];

interface AppBuild {
  readonly name: string;
  readonly dockerfile: string;
  readonly arguments: Readonly<Record<string, string>>;
  /** Paths under the application's folder that this image is made of, in addition to the packages. */
  readonly sources: readonly string[];
}

/** The images of the sample application, in the outer engine, built from `rehearsal/app` where its content changed. */
export async function ensureAppImages(say: Say = saySilently): Promise<AppImages> {
  const { node } = await ensureBaseImages(say);
  return withLock("app-images", () => appImages(node, say));
}

/**
 * Each service and the web page as an image of its own, so that a change in one leaves the others as they are.
 * @param node image with Node 20 and npm
 */
async function appImages(node: string, say: Say): Promise<AppImages> {
  // The services share their first stages: one after the other, the second finds them in the cache.
  const services = (async () => {
    const built: [string, string][] = [];
    for (const service of SERVICES) built.push([service, await ensure(serviceBuild(service), node, say)]);
    return built;
  })();
  const web = ensure(webBuild, node, say);
  const [built, page] = await Promise.all([services, web]);
  return Object.fromEntries([...built, ["web", page]]) as AppImages;
}

function serviceBuild(service: string): AppBuild {
  return {
    name: service,
    dockerfile: "Dockerfile.service",
    arguments: { SERVICE: service },
    sources: ["scripts/build.mjs", "packages", `apps/${service}`],
  };
}

const webBuild: AppBuild = {
  name: "web",
  dockerfile: "Dockerfile.web",
  arguments: {},
  sources: ["apps/web"],
};

async function ensure(build: AppBuild, node: string, say: Say): Promise<string> {
  const paths = [build.dockerfile, ...PACKAGES, ...build.sources].map((path) => join(APP, path));
  const key = await contentKey({ paths, extra: [node, JSON.stringify(build.arguments)] });
  const reference = `${IMAGE_PREFIX}/${build.name}:${key}`;
  if (await imageExists(reference)) return reference;
  say(`building the image ${build.name}`);
  await dockerBuild(
    reference,
    APP,
    { BASE: node, ...build.arguments },
    { dockerfile: join(APP, build.dockerfile) },
  );
  return reference;
}
