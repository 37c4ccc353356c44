import { cp, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { contentKey } from "../content-key";
import { withLock } from "../lock";
import { type Say, saySilently } from "../paths";
import { run } from "../run";
import { dockerBuild, IMAGE_LABEL, IMAGE_PREFIX, imageExists } from "./build";
import { extraCertificates, writeCertificates } from "./certificates";
import { debianBuild } from "./debian";

/** The npm of Node 20's line, for building and running the application. */
const NPM_VERSION = "10.9.9";

/** What runs where Docker Hub can be reached. */
const OFFICIAL = {
  postgres: "postgres:17-bookworm",
  redis: "redis:8-bookworm",
  nginx: "nginx:1.28-bookworm",
  node: "node:24-bookworm",
} as const;

const PROBE_SECONDS = 8;
const PULL_SECONDS = 600;

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
 * The images that the application is based on, in the outer engine: pulled if a registry can be reached, else built from
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

/** Removes every image that was built here and that no container uses. @returns how many */
export async function removeImages(): Promise<number> {
  const list = ["docker", "image", "ls", "--filter", `label=${IMAGE_LABEL}`];
  const before = (await run([...list, "--quiet"])).stdout.split("\n").filter(Boolean).length;
  // By name first: an image with a name keeps those that it was built from.
  const named = (await run([...list, "--format", "{{.Repository}}:{{.Tag}}"])).stdout
    .split("\n")
    .filter(isNamed);
  if (named.length > 0) await run(["docker", "rmi", ...named], { allowFailure: true });
  const rest = [...new Set((await run([...list, "--quiet"])).stdout.split("\n").filter(Boolean))];
  if (rest.length > 0) await run(["docker", "rmi", ...rest], { allowFailure: true });
  return before - (await run([...list, "--quiet"])).stdout.split("\n").filter(Boolean).length;
}

function isNamed(reference: string): boolean {
  return reference !== "" && !reference.includes("<none>");
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
    changes: [`LABEL ${IMAGE_LABEL}=true`],
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
