import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { withoutDigest } from "../../constructs/images/official-images";
import { run } from "../../lib/run";

/** Machines that the system runs on, as registries call them. */
const ARCHITECTURES = ["amd64", "arm64"] as const;

const PULL_SECONDS = 900;
const ANSWER_SECONDS = 60;

export interface UpdateOptions {
  /** JSON file with a reference for each name. */
  readonly file: string;
  /** Whether the file is written. */
  readonly write: boolean;
  readonly say: (line: string) => void;
  /** Environment of `docker`. @default none of its own */
  readonly env?: Readonly<Record<string, string>>;
  /** Words for `docker manifest inspect`. @default none */
  readonly inspectOptions?: readonly string[];
}

/**
 * Pins every image to the digest that its tag has now. Docker asks, with its own logins and mirrors; nothing is written unless all
 * of them can be had, for every architecture.
 *
 * @returns how many digests are others than before
 * @throws if an image cannot be pulled, with Docker's reason
 */
export async function updateImages(options: UpdateOptions): Promise<number> {
  const { file, write, say } = options;
  const before = JSON.parse(readFileSync(file, "utf8")) as Record<string, string>;
  const after: Record<string, string> = {};
  for (const [name, reference] of Object.entries(before)) {
    after[name] = await newest(withoutDigest(reference), options);
  }
  const changed = Object.keys(before).filter((name) => before[name] !== after[name]);
  for (const name of Object.keys(before)) {
    say(
      changed.includes(name)
        ? `${name}: ${before[name]} -> ${after[name]}`
        : `${name}: ${after[name]} is current`,
    );
  }
  if (write && changed.length > 0) {
    writeFileSync(`${file}.new`, `${JSON.stringify(after, undefined, 2)}\n`);
    renameSync(`${file}.new`, file);
  }
  return changed.length;
}

async function newest(tag: string, { env, inspectOptions = [] }: UpdateOptions): Promise<string> {
  const docker = async (argv: readonly string[], timeoutSeconds: number) => {
    const { code, stdout, stderr } = await run(["docker", ...argv], {
      env,
      timeoutSeconds,
      allowFailure: true,
    });
    if (code === 0) return stdout;
    const reason = stderr.trim().split("\n").at(-1) ?? "";
    throw new Error(
      `${tag} cannot be had: ${reason}. Expected a Docker Engine that reaches its registry. Nothing was changed; run it again where it does.`,
    );
  };
  const pulled = await docker(["pull", tag], PULL_SECONDS);
  const digest = /^Digest: (sha256:[0-9a-f]{64})$/m.exec(pulled)?.[1];
  if (digest === undefined) {
    throw new Error(
      `${tag} was pulled, and docker does not say its digest. Expected a line "Digest: sha256:…" of docker pull.`,
    );
  }
  const repository = tag.slice(0, tag.lastIndexOf(":"));

  const index = JSON.parse(
    await docker(["manifest", "inspect", ...inspectOptions, `${repository}@${digest}`], ANSWER_SECONDS),
  ) as { readonly manifests?: readonly { readonly platform: { readonly architecture: string } }[] };
  const offered = new Set(index.manifests?.map(({ platform }) => platform.architecture));
  const missing = ARCHITECTURES.filter((one) => !offered.has(one));
  if (missing.length > 0) {
    throw new Error(
      `${tag} is not there for ${missing.join(" and ")}. Expected an image for ${ARCHITECTURES.join(" and ")}. Nothing was changed; choose another tag.`,
    );
  }
  return `${tag}@${digest}`;
}
