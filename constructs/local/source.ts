import { createHash } from "node:crypto";
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { MIGRATING_SERVICE } from "../services/built-in-services";
import { ServiceCatalogue } from "../services/service-catalogue";
import type { DevelopmentSettings } from "./development-settings";

/** The lock file of npm. */
const LOCK_FILE = "package-lock.json";

/** Their digest says when packages have to be installed again. */
const LOCK_FILES = [LOCK_FILE, "npm-shrinkwrap.json", "pnpm-lock.yaml", "yarn.lock"];

/** A command in a folder of the source. */
export interface SourceCommand {
  readonly folder: string;
  readonly command: readonly string[];
}

/**
 * The application's source as synthesis sees it. A source that cannot be used is no exception: the stack of production is
 * synthesised by the same program, and must not mind. Its problems are refused when `local` is planned.
 */
export class Source {
  /** One sentence each; empty if the source can be used. */
  readonly problems: readonly string[];
  /** Changes with the lock file, of npm or another package manager. */
  readonly lockDigest: string;
  /** Folders under the source that hold installed packages. */
  readonly moduleFolders: readonly string[];

  constructor(
    readonly folder: string,
    private readonly settings: DevelopmentSettings,
    private readonly services = ServiceCatalogue.builtIn,
  ) {
    const lock = read(join(folder, LOCK_FILE));
    this.problems = isFolder(folder) ? this.findProblems(lock) : [missingSource(folder)];
    this.lockDigest = createHash("sha256")
      .update(LOCK_FILES.map((name) => read(join(folder, name)) ?? "").join("\0"))
      .digest("hex")
      .slice(0, 12);
    this.moduleFolders = moduleFolders(lock);
  }

  /** How a service is started and watched. */
  service(service: string): SourceCommand {
    const { folder = `apps/${service}`, command = ["npm", "run", "dev"] } =
      this.settings.services?.[service] ?? {};
    return { folder, command };
  }

  /** What brings the database up to date: the script `migrate` of the user service, if it has one. */
  get migration(): SourceCommand {
    const { folder } = this.service(MIGRATING_SERVICE);
    return {
      folder,
      command: this.scripts(folder).includes("migrate") ? ["npm", "run", "migrate"] : ["true"],
    };
  }

  private findProblems(lock: string | undefined): string[] {
    const names = this.services.application.map(({ name }) => name);
    const problems = [
      ...unknownServices("development.services in main.ts", Object.keys(this.settings.services ?? {}), names),
      ...unknownServices("--on-host, or development.onHost in main.ts,", this.settings.onHost ?? [], names),
      ...names
        .filter((service) => !this.settings.onHost?.includes(service))
        .flatMap((service) => this.problemOf(service)),
    ];
    if (lock === undefined && this.settings.install === undefined) {
      problems.push(
        `${this.folder} has no ${LOCK_FILE}: run \`npm install\` there once, or say how its packages are installed (development.install in main.ts)`,
      );
    }
    return problems;
  }

  private problemOf(service: string): string[] {
    if (this.settings.services?.[service]?.command !== undefined) return [];
    const { folder } = this.service(service);
    const remedy = `name its folder and command in main.ts (development.services["${service}"])`;
    if (!existsSync(join(this.folder, folder, "package.json"))) {
      return [
        `${service} has no source: ${join(this.folder, folder, "package.json")} does not exist; ${remedy}`,
      ];
    }
    if (!this.scripts(folder).includes("dev")) {
      return [
        `${service} has no dev command: add a script "dev" to ${join(this.folder, folder, "package.json")}, or ${remedy}`,
      ];
    }
    return [];
  }

  private scripts(folder: string): string[] {
    try {
      const text = readFileSync(join(this.folder, folder, "package.json"), "utf8");
      return Object.keys((JSON.parse(text) as { scripts?: object }).scripts ?? {});
    } catch {
      return [];
    }
  }
}

function unknownServices(where: string, named: readonly string[], known: readonly string[]): string[] {
  return named
    .filter((name) => !known.includes(name))
    .map((name) => `${where} names the unknown service "${name}": expected some of ${known.join(", ")}`);
}

function missingSource(folder: string): string {
  return `the source folder ${folder} does not exist: clone the application there, or name another folder by EMAINTENANCE_SOURCE or \`npm run dev -- --source FOLDER\``;
}

/** The root's node_modules, and those that the lock file puts into single workspaces. */
function moduleFolders(lock: string | undefined): string[] {
  const nested = new Set<string>();
  try {
    const { packages = {} } = JSON.parse(lock ?? "{}") as { packages?: object };
    for (const path of Object.keys(packages)) {
      const [, workspace] = /^((?:(?!node_modules\/).)+)\/node_modules\//.exec(path) ?? [];
      if (workspace !== undefined) nested.add(`${workspace}/node_modules`);
    }
  } catch {
    // npm itself will say what is wrong with the file.
  }
  return ["node_modules", ...[...nested].sort()];
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
