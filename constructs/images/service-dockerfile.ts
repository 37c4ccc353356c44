import { posix } from "node:path";
import { Naming } from "../naming";
import { renderTemplate } from "../templates";
import type { CheckedBuildSource } from "./build-source";
import { OFFICIAL_IMAGES } from "./official-images";
import type { WorkspaceFiles } from "./workspaces";

/** Node.js 24, supported until April 2028. Source: the release schedule of Node.js. */
export const DEFAULT_BASE = OFFICIAL_IMAGES.node;

export interface ServiceDockerfileProps {
  readonly service: string;
  readonly kind: "api" | "web";
  readonly source: CheckedBuildSource;
  /** Files in the root by which packages are installed. */
  readonly rootFiles: readonly string[];
  /** @default a folder without workspaces */
  readonly workspaces?: WorkspaceFiles;
  /** User and group id of the program. */
  readonly uid: number;
}

const ROOT_MANIFEST = /^(package\.json|package-lock\.json|npm-shrinkwrap\.json|\.npmrc)$/;

/** The Dockerfile of a service whose team has none of its own. Pure: the same values give the same text. */
export function serviceDockerfile(props: ServiceDockerfileProps): string {
  const { service, kind, source, rootFiles, workspaces } = props;
  const output = source.output ?? "dist";
  const workspace = workspaces?.folders.at(-1) ?? "";
  const start = source.bundled ? "server.js" : posix.join(output, "server.js");
  return renderTemplate(`images/${kind === "web" ? "web" : "api-service"}.Dockerfile.eta`, {
    service,
    base: source.base ?? DEFAULT_BASE,
    manifests: [
      { files: rootFiles.filter((file) => ROOT_MANIFEST.test(file)), folder: "./" },
      ...(workspaces?.manifests ?? []).map((file) => ({ files: [file], folder: `${posix.dirname(file)}/` })),
    ],
    workspaceOptions: workspaceOptions(workspaces),
    sources: sources(props),
    args: Object.keys(source.args).sort(),
    build: source.build ?? defaultBuild(workspaces),
    bundled: source.bundled ?? false,
    output,
    workspace,
    buildFolder: posix.join("/build", workspace),
    runFolder: posix.join("/app", workspace),
    uid: props.uid,
    installScripts: [...(source.installScripts ?? [])].sort(),
    buildLabel: Naming.label("build"),
    command: source.command ?? ["node", start],
    healthPath: source.healthPath ?? (kind === "web" ? "/api/health" : "/health"),
    words: (texts: readonly string[]) => `[${texts.map((text) => JSON.stringify(text)).join(", ")}]`,
  });
}

function workspaceOptions(workspaces: WorkspaceFiles | undefined): string {
  if (workspaces === undefined) return "";
  return [
    ...workspaces.folders.map((folder) => ` \\\n      --workspace ${folder}`),
    " --include-workspace-root",
  ].join("");
}

/** What is copied before the build, as from and to: single paths, so that a Dockerfile's layers say what they hold. */
function sources({ source, rootFiles, workspaces }: ServiceDockerfileProps): [string, string][] {
  if (source.paths !== undefined || workspaces === undefined) return [[".", "./"]];
  const files = rootFiles.filter((file) => !ROOT_MANIFEST.test(file));
  return [...files, ...source.include, ...workspaces.folders].map((path) => [path, path]);
}

/** Dependencies first. A library that is compiled with whoever uses it has nothing to build. */
function defaultBuild(workspaces: WorkspaceFiles | undefined): string {
  if (workspaces === undefined) return "npm run build";
  const folders = workspaces.folders;
  return folders
    .map((folder, i) => `npm run build --workspace ${folder}${i < folders.length - 1 ? " --if-present" : ""}`)
    .join(" \\\n && ");
}
