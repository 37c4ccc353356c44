import type { ContainerVolumes } from "@cdktf/provider-docker/lib/container";
import { Construct } from "constructs";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { ApiService } from "../api/api-service";
import type { Migration } from "../api/migration";
import { TierContainer } from "../container/tier-container";
import { Tmpfs } from "../container/tmpfs";
import { DataVolume } from "../data/data-volume";
import type { EmaintenanceNetwork } from "../network/emaintenance-network";
import type { ServiceImage } from "../images/service-image";
import type { Web } from "../web/web";
import type { DevelopmentSettings } from "./development-settings";
import { JobGate } from "./job-gate";
import type { KeptFiles } from "./kept-files";
import type { LocalFiles } from "./local-files";
import type { Source, SourceCommand } from "./source";

export interface DevelopmentProps {
  readonly settings: DevelopmentSettings;
  readonly source: Source;
  readonly network: EmaintenanceNetwork;
  /** Image with Node.js and npm. */
  readonly image: ServiceImage;
  /** Volumes that services write to; they are made the developer's. */
  readonly written: readonly ContainerVolumes[];
  /** Seconds in which a service must have become healthy. */
  readonly startSeconds: number;
  readonly files: LocalFiles;
  readonly kept: KeptFiles;
}

/** Where the source is in the containers. */
const WORKSPACE = "/workspace";
/** Where this project's own scripts are in the containers. */
const SCRIPTS = "/emaintenance";
const PACKAGE_CACHE = "/package-cache";
/** Port of Node.js's inspector in the containers. */
const INSPECTOR_PORT = 9229;
const SCRIPTS_SOURCE = join(__dirname, "../../templates/local/container");

/** MiB for installing packages: npm holds the whole tree in memory. */
const INSTALL_MEMORY_MIB = 2048;

/**
 * The source in place of what images hold: services run from the developer's own folder, as the developer, with packages
 * that are installed once for each lock file and lie in a volume, so that they never mix with those of the machine.
 */
export class Development extends Construct {
  private readonly scripts: ContainerVolumes;
  private readonly workspace: readonly ContainerVolumes[];
  private readonly installed: JobGate;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: DevelopmentProps,
  ) {
    super(scope, id);
    const { source, settings } = props;
    const scripts = props.kept.keep("scripts", ownScripts());
    this.scripts = { hostPath: `${props.files.folder}/${scripts}`, containerPath: SCRIPTS, readOnly: true };

    const moduleVolumes = [...source.moduleFolders, ...(settings.derived ?? ["apps/web/.next"])].map(
      (folder) =>
        new DataVolume(this, folder, { name: volumeName(folder) }).mountedAt(`${WORKSPACE}/${folder}`),
    );
    this.workspace = [{ hostPath: props.files.source, containerPath: WORKSPACE }, ...moduleVolumes];

    const install = this.installJob(moduleVolumes);
    this.installed = new JobGate(this, "install-gate", {
      job: install,
      what: "the installation of the source's packages",
      engine: props.files.engine,
    });
  }

  /** Runs the migration from the source. */
  migrate(migration: Migration): void {
    this.runFromSource(migration.container, this.props.source.migration, {});
  }

  /** Runs a service from the source, with a port for a debugger. */
  develop(service: ApiService | Web): void {
    const { name, debugPort } = service.declaration;
    this.runFromSource(
      service.container,
      this.props.source.service(name),
      { EMAINTENANCE_INSPECT_PORT: String(INSPECTOR_PORT), EMAINTENANCE_SOURCE_FOLDER: WORKSPACE },
      debugPort === undefined ? undefined : debugPort + (this.props.settings.portOffset ?? 0),
    );
  }

  /** Leads whoever calls the service to the machine itself, where the developer runs it. */
  leadToHost(service: ApiService | Web): void {
    const port = service.declaration.localPort + (this.props.settings.portOffset ?? 0);
    service.container.runInstead({
      command: ["node", `${SCRIPTS}/forward.cjs`],
      user: this.props.files.user,
      volumes: [this.scripts],
      reachesHost: true,
      environment: { EMAINTENANCE_FORWARD_TO: `host.docker.internal:${port}` },
    });
  }

  private runFromSource(
    container: TierContainer,
    { folder, command }: SourceCommand,
    environment: Readonly<Record<string, string>>,
    inspector?: number,
  ): void {
    container.runInstead({
      command,
      healthyWithinSeconds: this.props.startSeconds,
      user: this.props.files.user,
      workingFolder: `${WORKSPACE}/${folder}`,
      volumes: [...this.workspace, this.scripts],
      loopbackPorts: inspector ? [{ containerPort: INSPECTOR_PORT, port: inspector }] : [],
      environment: {
        HOME: "/tmp",
        NODE_OPTIONS: `--require=${SCRIPTS}/inspector.cjs`,
        NPM_CONFIG_CACHE: "/tmp/npm",
        NPM_CONFIG_UPDATE_NOTIFIER: "false",
        ...(this.props.settings.polling && { CHOKIDAR_USEPOLLING: "true", WATCHPACK_POLLING: "true" }),
        ...environment,
      },
    });
    container.startAfter(this.installed.resource);
  }

  /** Starts as root, for new volumes are root's, and becomes the developer before it installs anything. */
  private installJob(moduleVolumes: readonly ContainerVolumes[]): TierContainer {
    const { source, settings, network, image, written } = this.props;
    const cache = new DataVolume(this, "package-cache", { name: volumeName("package-cache") });
    const command = settings.install ?? ["npm", "ci", "--include=dev", "--no-audit", "--no-fund"];
    const ownMounts = written.map((mount, index) => ({ ...mount, containerPath: `/written/${index}` }));
    const volumes = [...ownMounts, ...moduleVolumes, cache.mountedAt(PACKAGE_CACHE)];
    const install = new TierContainer(this, "install", {
      tier: "api",
      service: "install",
      image,
      network,
      environment: {
        FOLDERS: JSON.stringify(volumes.map(({ containerPath }) => containerPath)),
        HOME: "/tmp",
        NPM_CONFIG_CACHE: PACKAGE_CACHE,
        NPM_CONFIG_UPDATE_NOTIFIER: "false",
        // Another lock file makes another container, which runs again.
        LOCK_DIGEST: source.lockDigest,
        MODULE_FOLDERS: JSON.stringify(source.moduleFolders.map((folder) => `${WORKSPACE}/${folder}`)),
      },
      user: "0:0",
      capabilities: ["CHOWN", "DAC_OVERRIDE", "SETGID", "SETUID"],
      tmpfs: [Tmpfs.at("/tmp", { sizeMiB: 256 })],
      volumes: ownMounts,
      limits: { memoryMiB: INSTALL_MEMORY_MIB, cpus: 2 },
      replacedWhenStopped: false,
      runsToCompletion: true,
    });
    install.runInstead({
      command: ["node", `${SCRIPTS}/install.cjs`, ...command],
      user: "0:0",
      workingFolder: WORKSPACE,
      volumes: [...this.workspace, cache.mountedAt(PACKAGE_CACHE), this.scripts],
      environment: { OWNER: this.props.files.user },
    });
    if (source.problems.length > 0) refuse(install, source.problems);
    return install;
  }
}

function ownScripts(): Record<string, string> {
  const names = readdirSync(SCRIPTS_SOURCE).sort();
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(SCRIPTS_SOURCE, name), "utf8")]));
}

/** A name for a folder of the source, for example `source-apps-web-next`. */
function volumeName(folder: string): string {
  return `source-${folder.replace(/[^A-Za-z0-9]+/g, "-").replace(/^-|-$/g, "")}`;
}

/** When this stack is planned, and not while all stacks are synthesised. */
function refuse(install: TierContainer, problems: readonly string[]): void {
  install.resource.addOverride("lifecycle.precondition", [
    { condition: "${1 == 0}", error_message: problems.join("\n").replace(/\$\{/g, "$${") },
  ]);
}
