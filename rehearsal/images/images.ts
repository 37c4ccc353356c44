import { cp, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { contentKey } from "../content-key";
import { withLock } from "../lock";
import { type Say, saySilently } from "../paths";
import { run } from "../run";
import { extraCertificates, writeCertificates } from "./certificates";
import { debianBuild } from "./debian";

/** All images of a rehearsal are named `emaintenance-rehearsal/<what>:<content key>`. */
export const IMAGE_PREFIX = "emaintenance-rehearsal";

/** The npm of Node 20's line, for building and running the application. */
const NPM_VERSION = "10.9.9";

/** What runs where Docker Hub can be reached. */
const OFFICIAL = {
  postgres: "postgres:17-bookworm",
  redis: "redis:8-bookworm",
  nginx: "nginx:1.28-bookworm",
  node: "node:20-bookworm",
} as const;

const PROBE_SECONDS = 8;
const PULL_SECONDS = 600;
const BUILD_SECONDS = 900;

export type BaseImages = Readonly<Record<"postgres" | "redis" | "nginx" | "node", string>>;

/** Where the images of PostgreSQL, Redis, Nginx and Node come from: a registry, or Debian's packages. */
export type ImageOrigin = "official" | "own";

let origin: Promise<ImageOrigin> | undefined;

/** Whether Docker Hub can be reached; asked once in a run, and for a few seconds at most. */
export function imageOrigin(): Promise<ImageOrigin> {
  origin ??= (async () => {
    // The registry's answer to the smallest question needs no download.
    const search = await run(["docker", "pull", "--quiet", OFFICIAL.redis], {
      allowFailure: true,
      timeoutSeconds: PROBE_SECONDS,
    }).catch(() => ({ code: 1 }));
    return search.code === 0 ? "official" : "own";
  })();
  return origin;
}

/**
 * The images that the application stands on, in the outer engine: pulled where a registry can be reached, else built from
 * Debian's packages. What is there already, by content, is reused.
 */
export async function ensureBaseImages(say: Say = saySilently): Promise<BaseImages> {
  return withLock("base-images", async () => {
    if ((await imageOrigin()) === "official") return pulled(say);
    const base = await ensureDebianBase(say);
    const [postgres, redis, nginx, node] = [
      await ensureBuilt("postgres", base, say),
      await ensureBuilt("redis", base, say),
      await ensureBuilt("nginx", base, say),
      await ensureNode(base, say),
    ];
    return { postgres, redis, nginx, node };
  });
}

async function pulled(say: Say): Promise<BaseImages> {
  for (const reference of Object.values(OFFICIAL)) {
    if (await imageExists(reference)) continue;
    say(`pulling ${reference}`);
    await run(["docker", "pull", "--quiet", reference], { timeoutSeconds: PULL_SECONDS });
  }
  return { ...OFFICIAL, node: await ensureNode(OFFICIAL.node, say) };
}

async function ensureDebianBase(say: Say): Promise<string> {
  const { reference, build } = await debianBuild({
    repository: `${IMAGE_PREFIX}/base`,
    folder: join(__dirname, "base"),
  });
  if (!(await imageExists(reference))) {
    say("building the base image from Debian's packages");
    await build();
  }
  return reference;
}

async function ensureBuilt(name: "postgres" | "redis" | "nginx", base: string, say: Say): Promise<string> {
  const context = join(__dirname, name);
  const reference = `${IMAGE_PREFIX}/${name}:${await contentKey({ paths: [context], extra: [base] })}`;
  if (!(await imageExists(reference))) {
    say(`building the image ${name}`);
    await dockerBuild(reference, context, { BASE: base });
  }
  return reference;
}

/** Node with npm, this machine's certificates and its package registry. */
async function ensureNode(base: string, say: Say): Promise<string> {
  const folder = join(__dirname, "node");
  const pems = await extraCertificates();
  const npmrc = await imageNpmrc();
  const key = await contentKey({ paths: [folder], extra: [base, NPM_VERSION, npmrc, ...pems] });
  const reference = `${IMAGE_PREFIX}/node:${key}`;
  if (await imageExists(reference)) return reference;
  say("building the image node");
  const context = await mkdtemp(join(tmpdir(), "rehearsal-node-"));
  try {
    await cp(folder, context, { recursive: true });
    const packed = await run(["npm", "pack", "--silent", `npm@${NPM_VERSION}`], {
      cwd: context,
      timeoutSeconds: 120,
    });
    await rename(join(context, packed.stdout.trim()), join(context, "npm.tgz"));
    await writeCertificates(join(context, "certificates"), pems);
    await writeFile(join(context, "npmrc"), npmrc);
    await dockerBuild(reference, context, { BASE: base });
  } finally {
    await rm(context, { recursive: true, force: true });
  }
  return reference;
}

/** The registry as this machine is set up, and no credentials. */
async function imageNpmrc(): Promise<string> {
  const { stdout } = await run(["npm", "config", "get", "registry"]);
  return [`registry=${stdout.trim()}`, "audit=false", "fund=false", "update-notifier=false", ""].join("\n");
}

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
