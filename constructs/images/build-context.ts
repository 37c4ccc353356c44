import { createHash } from "node:crypto";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { buildContextEmpty, buildContextTooLarge, secretInBuildContext } from "../errors";
import { likelySecret } from "./likely-secrets";
import type { SourceFile } from "./source-files";

/** Name of the Dockerfile in what is sent; no team's file has it. */
export const SENT_DOCKERFILE = "Dockerfile.emaintenance";

/** The engine leaves both out of the build again, so that `COPY . .` gets the source alone. */
const SENT_IGNORE = `${SENT_DOCKERFILE}\n.dockerignore\n`;

const DIGEST_LENGTH = 12;
const LARGEST_SHOWN = 5;
const MIB = 1024 * 1024;

/** How long what was sent stays: another deploy may still read it. */
const KEPT_MILLISECONDS = 24 * 60 * 60 * 1000;

export interface BuildContextProps {
  readonly service: string;
  /** Folder that the files lie in. */
  readonly root: string;
  readonly files: readonly SourceFile[];
  /** Text of the Dockerfile. */
  readonly dockerfile: string;
  /** Anything else that the image depends on. */
  readonly identity: object;
  readonly maxMiB: number;
  readonly notSecret: readonly string[];
}

/** Exactly what is sent to the engine for one image: looked through, and with a digest that is the image's identity. */
export class BuildContext {
  /**
   * Twelve hexadecimal digits, the same on every machine, other ones as soon as a path, a run bit, a content, the Dockerfile
   * or an argument differs.
   */
  readonly digest: string;

  /** @throws ConfigurationError if nothing is in it, too much, or what looks like a secret */
  constructor(private readonly props: BuildContextProps) {
    const { service, root, files } = props;
    if (files.length === 0) throw buildContextEmpty(service, root);
    checkSize(props);
    const hash = createHash("sha256");
    const secrets: string[] = [];
    for (const { path, kind } of files) {
      const content =
        kind === "link" ? Buffer.from(readlinkSync(join(root, path))) : readFileSync(join(root, path));
      hash.update(`${path}\0${kind}\0${content.length}\0`).update(content);
      const secret =
        kind === "link" || props.notSecret.includes(path) ? undefined : likelySecret(path, content);
      if (secret !== undefined) secrets.push(`${path}: ${secret}`);
    }
    if (secrets.length > 0) throw secretInBuildContext(service, secrets);
    hash.update(JSON.stringify([props.dockerfile, props.identity]));
    this.digest = hash.digest("hex").slice(0, DIGEST_LENGTH);
  }

  /**
   * Copies what is sent into a folder named by the digest, if it does not exist yet, and removes older ones.
   *
   * @param parent folder of this service's contexts
   * @param labels of the image, which are no part of its identity
   */
  stage(parent: string, labels: () => Readonly<Record<string, string>>): void {
    const folder = join(parent, this.digest);
    mkdirSync(parent, { recursive: true });
    for (const name of readdirSync(parent)) {
      const age = Date.now() - statSync(join(parent, name)).mtimeMs;
      if (name !== this.digest && age > KEPT_MILLISECONDS) rmSync(join(parent, name), { recursive: true });
    }
    if (existsSync(folder)) return;
    const partial = `${folder}.${process.pid}`;
    rmSync(partial, { recursive: true, force: true });
    for (const file of this.props.files) copy(this.props.root, partial, file);
    const dockerfile = `${this.props.dockerfile.trimEnd()}\n${labelInstruction(labels())}`;
    writeFileSync(join(partial, SENT_DOCKERFILE), dockerfile);
    writeFileSync(join(partial, ".dockerignore"), SENT_IGNORE);
    renameSync(partial, folder);
  }
}

function checkSize({ service, files, maxMiB }: BuildContextProps): void {
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  if (bytes <= maxMiB * MIB) return;
  const largest = [...files].sort((one, other) => other.bytes - one.bytes).slice(0, LARGEST_SHOWN);
  const inMiB = (size: number) => (size / MIB).toFixed(1);
  throw buildContextTooLarge(
    service,
    Number(inMiB(bytes)),
    maxMiB,
    largest.map((file) => `${file.path} (${inMiB(file.bytes)} MiB)`),
  );
}

function copy(from: string, to: string, { path, kind }: SourceFile): void {
  const target = join(to, path);
  mkdirSync(dirname(target), { recursive: true });
  if (kind === "link") symlinkSync(readlinkSync(join(from, path)), target);
  else {
    cpSync(join(from, path), target);
    // As git keeps it: another umask must not change the image.
    chmodSync(target, kind === "executable" ? 0o755 : 0o644);
  }
}

function labelInstruction(labels: Readonly<Record<string, string>>): string {
  const words = Object.entries(labels).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return words.length === 0 ? "" : `LABEL ${words.join(" \\\n      ")}\n`;
}
