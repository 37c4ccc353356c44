import { App, TerraformStack, Token } from "cdktf";
import { Construct, type IConstruct } from "constructs";
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, posix } from "node:path";
import { fileNameUnusable, textNotKnown } from "./errors";

const ID = "stack-files";

/** Folder of the files, below that of the stack. */
const FOLDER = "host-files";

const DIGEST_LENGTH = 12;

/** How long a file stays that no synthesis has used: a plan that was made before may still read it. */
const KEPT_MILLISECONDS = 24 * 60 * 60 * 1000;

/** What the name of a file, or of whom it is for, may consist of. */
const NAME = "[0-9A-Za-z_@-][0-9A-Za-z_.@-]*";

/**
 * Regular expression for the paths of files, below the folder of the stack. JavaScript and Terraform both know all of it, and it
 * holds no backslash, which each of them would want quoted in another way.
 */
export const STACK_FILE_PATTERN = `${FOLDER}/${NAME}/[0-9a-f]{${DIGEST_LENGTH}}-${NAME}`;

/** Whether a path is one of such a file. */
export const isStackFile = (path: string): boolean => new RegExp(`^${STACK_FILE_PATTERN}$`).test(path);

/**
 * Texts that lie next to the synthesised stack, as files of their own. Terraform parses each string of a stack as a template, at
 * every pass: half a megabyte of scripts inside it would cost seconds. The name of a file holds the digest of its text, so that
 * two syntheses, or a release and the one before it, never have different texts under one name.
 */
export class StackFiles extends Construct {
  /** The files of the stack around a construct. */
  static of(scope: IConstruct): StackFiles {
    const stack = TerraformStack.of(scope);
    return (stack.node.tryFindChild(ID) as StackFiles | undefined) ?? new StackFiles(stack, ID);
  }

  private readonly added = new Map<string, string>();
  private readonly stackFolder: string;

  private constructor(stack: TerraformStack, id: string) {
    super(stack, id);
    const { outdir, manifest } = App.of(stack);
    this.stackFolder = join(outdir, manifest.forStack(stack).workingDirectory);
    removeUnused(join(this.stackFolder, FOLDER));
  }

  /** Texts by path, which is relative to the folder of the stack. */
  get texts(): ReadonlyMap<string, string> {
    return this.added;
  }

  /**
   * Lays a text down as a file.
   *
   * @param owner for whom it is: the name of a folder
   * @returns an expression of Terraform, without its braces, that evaluates to the text
   * @throws ConfigurationError if the text refers to a value that only Terraform knows, or a name is invalid
   */
  add(owner: string, name: string, text: string): string {
    if (Token.isUnresolved(text)) throw textNotKnown(owner, name);
    const digest = createHash("sha256").update(text).digest("hex").slice(0, DIGEST_LENGTH);
    const path = posix.join(FOLDER, owner, `${digest}-${name}`);
    if (!isStackFile(path)) throw fileNameUnusable(owner, name);
    if (!this.added.has(path)) {
      this.added.set(path, text);
      write(join(this.stackFolder, path), text);
    }
    return `file("\${path.module}/${path}")`;
  }
}

/** Terraform may read the file meanwhile: it finds the whole of it, or no file yet. */
function write(path: string, text: string): void {
  if (existsSync(path)) {
    const now = new Date();
    utimesSync(path, now, now);
    return;
  }
  mkdirSync(dirname(path), { recursive: true });
  const partial = `${path}.${process.pid}`;
  writeFileSync(partial, text);
  renameSync(partial, path);
}

function removeUnused(folder: string): void {
  for (const owner of namesIn(folder)) {
    for (const name of namesIn(join(folder, owner))) {
      const path = join(folder, owner, name);
      // Another synthesis may have removed it meanwhile.
      const used = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
      if (Date.now() - used > KEPT_MILLISECONDS) rmSync(path, { force: true });
    }
  }
}

function namesIn(folder: string): readonly string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}
