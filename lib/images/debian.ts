import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { contentKey } from "../content-key";
import { pipe, run } from "../run";
import { extraCertificates, writeCertificates } from "./certificates";

/** Debian 13. */
const TRIXIE = "trixie";
const BUILD_SECONDS = 1200;

/** A Debian image, described by a folder: packages.txt, exclude.txt (paths that dpkg leaves out) and customize.sh. */
export interface DebianImage {
  /** Without the tag, which is the content key. */
  readonly repository: string;
  readonly folder: string;
  /** Packages, when not those of `folder/packages.txt`. */
  readonly packages?: readonly string[];
  /** Dockerfile instructions that `docker import` writes into the image. @default none */
  readonly changes?: readonly string[];
  /** Code name of another Debian. @default trixie, Debian 13 */
  readonly suite?: string;
}

/** The image's name with its content key, and how to build it. */
export interface DebianBuild {
  readonly reference: string;
  readonly build: () => Promise<void>;
}

export async function debianBuild(image: DebianImage): Promise<DebianBuild> {
  const suite = image.suite ?? TRIXIE;
  const packages = image.packages ?? (await packageList(join(image.folder, "packages.txt")));
  const excluded = await packageList(join(image.folder, "exclude.txt"));
  const [sources, aptOptions, pems] = await Promise.all([
    machineSources(suite),
    machineAptOptions(),
    extraCertificates(),
  ]);
  const changes = image.changes ?? [];
  const key = await contentKey({
    paths: [image.folder],
    extra: [suite, ...packages, "", ...changes, "", ...sources, "", ...aptOptions, "", ...pems],
  });
  const reference = `${image.repository}:${key}`;
  return { reference, build };

  async function build(): Promise<void> {
    const certificates = await mkdtemp(join(tmpdir(), "rehearsal-certificates-"));
    try {
      await writeCertificates(certificates, pems);
      const bootstrap = mmdebstrapCommand({
        suite,
        packages,
        excluded,
        aptOptions,
        sources,
        certificates,
        customize: join(image.folder, "customize.sh"),
      });
      const changeOptions = changes.flatMap((change) => ["--change", change]);
      // Named only when both ends are through: a stream that broke off must not leave an image that looks complete.
      const { stdout } = await pipe(bootstrap, ["docker", "import", ...changeOptions, "-"], {
        timeoutSeconds: BUILD_SECONDS,
        // mmdebstrap hangs up its whole process group when it fails.
        ownGroup: true,
      });
      await run(["docker", "tag", stdout.trim(), reference]);
    } finally {
      await rm(certificates, { recursive: true, force: true });
    }
  }
}

export interface BootstrapParts {
  /** Code name of the Debian. */
  readonly suite: string;
  readonly packages: readonly string[];
  readonly excluded: readonly string[];
  readonly aptOptions: readonly string[];
  readonly sources: readonly string[];
  /** Folder of certificates that the image shall trust too. */
  readonly certificates: string;
  /** Script that is called with the image's root folder. */
  readonly customize: string;
}

/** The mmdebstrap command that writes the image's files to its standard output, as a tar stream. */
export function mmdebstrapCommand(parts: BootstrapParts): string[] {
  return [
    "mmdebstrap",
    "--quiet",
    "--variant=minbase",
    "--format=tar",
    "--dpkgopt=force-unsafe-io",
    ...parts.excluded.map((path) => `--dpkgopt=path-exclude=${path}`),
    ...parts.aptOptions.map((option) => `--aptopt=${option}`),
    `--include=${parts.packages.join(",")}`,
    `--customize-hook=sync-in ${parts.certificates} /usr/local/share/ca-certificates`,
    '--customize-hook=chroot "$1" update-ca-certificates',
    `--customize-hook='${parts.customize}' "$1"`,
    parts.suite,
    "-",
    ...parts.sources,
  ];
}

/**
 * This machine's own package sources, spelled for a Debian: the same mirrors, so that what works for the machine works for the images.
 * Empty if the machine does not run Debian; mmdebstrap then takes Debian's own.
 */
export async function machineSources(suite: string): Promise<string[]> {
  const release = await readFile("/etc/os-release", "utf8").catch(() => "");
  const id = /^ID="?(\w+)/m.exec(release)?.[1];
  const codename = /^VERSION_CODENAME="?([\w-]+)/m.exec(release)?.[1];
  if (id !== "debian" || !codename) return [];
  const folder = "/etc/apt/sources.list.d";
  const names = (await readdir(folder).catch(() => []))
    .filter((name) => /\.(list|sources)$/.test(name))
    .sort();
  const paths = ["/etc/apt/sources.list", ...names.map((name) => join(folder, name))];
  const texts = await Promise.all(
    paths.map(async (path) => {
      const text = await readFile(path, "utf8").catch(() => "");
      return path.endsWith(".sources") ? stanzas(text) : oneLiners(text);
    }),
  );
  return sourcesOfSuite(texts.flat(), codename, suite);
}

/** One line of sources.list, taken apart. */
export interface AptSource {
  readonly uri: string;
  readonly suite: string;
  readonly components: readonly string[];
}

/** The sources of `from` and its updates and security suites, spelled for `to`. Sources of other suites are foreign: left out. */
export function sourcesOfSuite(sources: readonly AptSource[], from: string, to: string): string[] {
  const lines = sources.flatMap(({ uri, suite, components }) => {
    const [, kind] = new RegExp(`^${from}(|-updates|-security)$`).exec(suite) ?? [];
    return kind === undefined ? [] : [`deb ${uri} ${to}${kind} ${components.join(" ")}`];
  });
  return [...new Set(lines)];
}

/** Reads sources in the one-line format. */
export function oneLiners(text: string): AptSource[] {
  return text.split("\n").flatMap((line) => {
    const words = line
      .replace(/#.*/, "")
      .replace(/\[.*?\]/, "")
      .trim()
      .split(/\s+/);
    const [type, uri, suite, ...components] = words;
    return type === "deb" && uri && suite ? [{ uri, suite, components }] : [];
  });
}

/** Reads sources in the deb822 format. */
export function stanzas(text: string): AptSource[] {
  const bare = text.replace(/^#.*\n?/gm, "");
  return bare.split(/\n\s*\n/).flatMap((stanza) => {
    const field = (name: string): string[] =>
      new RegExp(`^${name}:(.*(?:\\n[ \\t].*)*)`, "im")
        .exec(stanza)?.[1]
        ?.trim()
        .split(/\s+/)
        .filter(Boolean) ?? [];
    if (!field("Types").includes("deb") || field("Enabled")[0] === "no") return [];
    const components = field("Components");
    return field("URIs").flatMap((uri) => field("Suites").map((suite) => ({ uri, suite, components })));
  });
}

/** How this machine's apt reaches its mirrors: proxies, and what it accepts from them. */
async function machineAptOptions(): Promise<string[]> {
  const { code, stdout } = await run(["apt-config", "dump"], { allowFailure: true }).catch(() => ({
    code: 1,
    stdout: "",
  }));
  return code === 0 ? reachingOptions(stdout) : [];
}

/** The lines of `apt-config dump` that decide whether a mirror can be reached. */
export function reachingOptions(dump: string): string[] {
  return dump
    .split("\n")
    .filter((line) => /^Acquire::(https?::|Check-|Retries|ForceIPv)/i.test(line) && !line.endsWith(' "";'));
}

/** The lines of a file of package names or paths, without comments. Empty if there is no such file. */
export async function packageList(path: string): Promise<string[]> {
  const text = await readFile(path, "utf8").catch(() => "");
  return text
    .split("\n")
    .map((line) => line.replace(/#.*/, "").trim())
    .filter(Boolean);
}
