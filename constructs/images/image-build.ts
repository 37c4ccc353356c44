import type { ImageBuild as ImageBuildBlock } from "@cdktf/provider-docker/lib/image";
import { App, Fn, TerraformStack, Token } from "cdktf";
import { Construct } from "constructs";
import { existsSync, readFileSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { join, posix, resolve } from "node:path";
import {
  buildContextMissing,
  buildPathMissing,
  installScriptsUndecided,
  lockFileMissing,
  notAWorkspace,
  templateMissing,
} from "../errors";
import { Naming } from "../naming";
import { DEFAULT_SERVICE_UID } from "../values/service-uid";
import { escapeTemplate } from "../values/terraform-text";
import { BuildContext, SENT_DOCKERFILE } from "./build-context";
import { type BuildSource, type CheckedBuildSource, checkedBuildSource } from "./build-source";
import { DEFAULT_BASE, serviceDockerfile } from "./service-dockerfile";
import { packagesWithScripts } from "./install-scripts";
import { PathMissing, type SourceFile, sourceFiles } from "./source-files";
import { sourceRevision } from "./source-revision";
import { rootFiles, workspaceFiles, type WorkspaceFiles } from "./workspaces";

/** Kinds of services that the project has a template of a Dockerfile for. */
export type ImageTemplate = "api" | "web";

export interface ImageBuildProps {
  readonly service: string;
  readonly source: BuildSource;
  /** @default no template: the source names a Dockerfile of its own */
  readonly template?: ImageTemplate;
  /** User and group id of the program, in a Dockerfile made of a template. @default 1001 */
  readonly uid?: number;
}

/**
 * One image as it is built on the host: what is sent lies next to the synthesised stack, and its digest is the image's tag.
 * The same source is the same tag, on every machine.
 */
export class ImageBuild extends Construct {
  /** Reference of the image, in Terraform's language. */
  readonly reference: string;
  /** Image that the build starts from. @default unknown: a Dockerfile of the team's own names it */
  readonly base?: string;
  /** For the resource. */
  readonly block: ImageBuildBlock;

  /** @throws ConfigurationError if the source cannot be built, or must not be sent */
  constructor(scope: Construct, id: string, props: ImageBuildProps) {
    super(scope, id);
    const { service, template, uid = DEFAULT_SERVICE_UID } = props;
    const source = checkedBuildSource(this, props.source);
    const root = resolve(source.context.replace(/^~(?=\/|$)/, homedir()));
    if (!existsSync(root) || !statSync(root).isDirectory()) throw buildContextMissing(service, root);

    const workspaces = workspacesOf(service, source, root);
    const dockerfile = dockerfileOf({ service, template, source, root, workspaces, uid });
    const later = Object.entries(source.args).filter(([, value]) => Token.isUnresolved(value));
    const known = Object.entries(source.args).filter(([, value]) => !Token.isUnresolved(value));
    const context = new BuildContext({
      service,
      root,
      files: filesOf(service, source, root, workspaces),
      dockerfile,
      identity: { target: source.target, known: known.sort(), later: later.map(([name]) => name).sort() },
      maxMiB: source.maxContextMiB,
      notSecret: source.notSecret,
    });

    const { outdir, manifest } = App.of(this);
    const { workingDirectory } = manifest.forStack(TerraformStack.of(this));
    const folder = posix.join("images", service);
    context.stage(join(outdir, workingDirectory, folder), () => labels(root, context.digest));

    this.base = source.dockerfile === undefined ? (source.base ?? DEFAULT_BASE) : undefined;
    this.reference = referenceExpression(
      `${Naming.image(service)}:${context.digest}`,
      later.map(([, value]) => value),
    );
    this.block = {
      context: posix.join(folder, context.digest),
      dockerfile: SENT_DOCKERFILE,
      target: source.target,
      buildArgs: Object.fromEntries(
        Object.entries(source.args).map(([name, value]) => [name, escapeTemplate(value)]),
      ),
      remove: true,
      forceRemove: true,
    };
  }
}

/**
 * Terraform's language for the reference. What is known at plan only is made a part of the tag there. cdktf writes a value
 * inside of an expression without braces, so no text may hold one.
 */
function referenceExpression(name: string, values: readonly string[]): string {
  if (values.length === 0) return `"${name}"`;
  return `join("-", ["${name}", ${Fn.substr(Fn.sha256(Fn.jsonencode(values)), 0, 8)}])`;
}

function workspacesOf(service: string, source: CheckedBuildSource, root: string): WorkspaceFiles | undefined {
  const folder = source.workspace ?? `apps/${service}`;
  const found = workspaceFiles(root, folder);
  if (found !== "not a workspace") return found;
  // A Dockerfile of the team's own and its own paths need none.
  if (source.workspace === undefined && source.dockerfile !== undefined && source.paths !== undefined)
    return undefined;
  throw notAWorkspace(service, folder, root);
}

function dockerfileOf({
  service,
  template: kind,
  source,
  root,
  workspaces,
  uid,
}: {
  readonly service: string;
  readonly template: ImageTemplate | undefined;
  readonly source: CheckedBuildSource;
  readonly root: string;
  readonly workspaces: WorkspaceFiles | undefined;
  readonly uid: number;
}): string {
  if (source.dockerfile !== undefined) {
    const path = join(root, source.dockerfile);
    if (!existsSync(path)) throw buildPathMissing(service, source.dockerfile, root);
    return readFileSync(path, "utf8");
  }
  if (kind === undefined) throw templateMissing(service);
  const files = rootFiles(root);
  if (!files.includes("package-lock.json") && !files.includes("npm-shrinkwrap.json")) {
    throw lockFileMissing(service, root);
  }
  const scripts = packagesWithScripts(root, files);
  if (source.installScripts === undefined && scripts.length > 0)
    throw installScriptsUndecided(service, scripts);
  return serviceDockerfile({ service, kind, source, rootFiles: files, workspaces, uid });
}

function filesOf(
  service: string,
  source: CheckedBuildSource,
  root: string,
  workspaces: WorkspaceFiles | undefined,
): SourceFile[] {
  const needed = workspaces
    ? [...workspaces.rootFiles, ...workspaces.manifests, ...workspaces.folders, ...source.include]
    : ["."];
  try {
    return sourceFiles(root, source.paths ?? needed, source.ignore);
  } catch (error) {
    throw error instanceof PathMissing ? buildPathMissing(service, error.path, root) : error;
  }
}

function labels(root: string, digest: string): Record<string, string> {
  const revision = sourceRevision(root);
  return {
    "org.opencontainers.image.version": digest,
    ...(revision === undefined ? {} : { "org.opencontainers.image.revision": revision }),
  };
}
