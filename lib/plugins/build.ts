import { chmod, mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { build, type Plugin } from "esbuild";
import { parse } from "protobufjs";
import { contentKey } from "../content-key";

export interface Mirror {
  /** The folder for `provider_installation { filesystem_mirror { path = … } }`, absolute. */
  readonly directory: string;
  /** Twelve hexadecimal digits that change with the plugins. */
  readonly digest: string;
}

interface PluginSource {
  readonly address: string;
  readonly name: string;
  readonly version: string;
  readonly entry: string;
}

const HERE = __dirname;
const PLUGINS: readonly PluginSource[] = [
  { address: "kreuzwerker/docker", name: "docker", version: "3.9.0", entry: "docker/main.ts" },
  { address: "hashicorp/null", name: "null", version: "3.2.4", entry: "null/main.ts" },
];
/** What is bundled into the plugins, or bundles them. */
const PACKAGES = [
  "@balena/dockerignore",
  "@grpc/grpc-js",
  "@grpc/proto-loader",
  "@msgpack/msgpack",
  "esbuild",
  "protobufjs",
  "tar-fs",
];
const NODE_TARGET = "node20";

/**
 * A sh script to the shell and a program to Node.js: the shell starts node without NODE_OPTIONS, because a loader that is
 * set there for another program would break the handshake.
 */
const START_LINES = '#!/bin/sh\n":" //; exec env -u NODE_OPTIONS node "$0" "$@"';

/**
 * Builds the offline plugins as a filesystem mirror in `<root>/<digest>`, or finds them there.
 * @throws Error if a plugin does not compile
 */
export async function buildMirror(root: string): Promise<Mirror> {
  const digest = await mirrorDigest();
  const directory = resolve(root, digest);
  if (await exists(directory)) return { directory, digest };
  await mkdir(root, { recursive: true });
  const unfinished = await mkdtemp(join(resolve(root), ".building-"));
  try {
    await Promise.all(PLUGINS.map((plugin) => buildPlugin(plugin, unfinished)));
    await chmod(unfinished, 0o755);
    await rename(unfinished, directory);
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    // Another build of the same content was faster: its result is as good.
    if (!(await exists(directory))) throw error;
  }
  return { directory, digest };
}

/** Where Terraform looks for a plugin in a mirror, relative to the mirror. */
export function pluginFolder({ address, version }: Pick<PluginSource, "address" | "version">): string {
  return join("registry.terraform.io", address, version, platform());
}

async function mirrorDigest(): Promise<string> {
  const sources = ["docker", "null", "protocol", "build.ts"].map((name) => join(HERE, name));
  const versions = await Promise.all(PACKAGES.map(installedVersion));
  return contentKey({ paths: sources, extra: [platform(), ...versions] });
}

async function installedVersion(name: string): Promise<string> {
  const file = require.resolve(`${name}/package.json`);
  const { version } = JSON.parse(await readFile(file, "utf8")) as { version: string };
  return `${name}@${version}`;
}

async function buildPlugin(plugin: PluginSource, mirror: string): Promise<void> {
  const program = join(mirror, pluginFolder(plugin), `terraform-provider-${plugin.name}_v${plugin.version}`);
  await build({
    entryPoints: [join(HERE, plugin.entry)],
    outfile: program,
    bundle: true,
    platform: "node",
    target: NODE_TARGET,
    format: "cjs",
    minifySyntax: true,
    minifyWhitespace: true,
    banner: { js: START_LINES },
    plugins: [protoFiles],
    logLevel: "warning",
  });
  await chmod(program, 0o755);
  // Without it the nearest package.json above decides whether node reads the program as a CommonJS module.
  await writeFile(join(dirname(program), "package.json"), '{ "type": "commonjs" }\n');
}

/** Compiles protocol buffer definitions into the descriptors that the plugins load. */
const protoFiles: Plugin = {
  name: "proto-files",
  setup(setup) {
    setup.onLoad({ filter: /\.proto$/ }, async ({ path }) => {
      const { root } = parse(await readFile(path, "utf8"), { keepCase: true });
      root.resolveAll();
      return { contents: JSON.stringify(root.toJSON()), loader: "json" };
    });
  },
};

/** Terraform's name of this machine: `linux_amd64`, `darwin_arm64`. */
function platform(): string {
  const architectures: Partial<Record<NodeJS.Architecture, string>> = { x64: "amd64", arm64: "arm64" };
  const architecture = architectures[process.arch];
  if (!architecture)
    throw new Error(`the offline plugins run on x64 and arm64, and this machine is ${process.arch}`);
  return `${process.platform}_${architecture}`;
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

if (require.main === module) {
  const root = process.argv[2];
  if (root === undefined) {
    process.stderr.write("usage: npx tsx lib/plugins/build.ts DIRECTORY\n");
    process.exitCode = 1;
  } else {
    void buildMirror(root).then(({ directory }) => process.stdout.write(`${directory}\n`));
  }
}
