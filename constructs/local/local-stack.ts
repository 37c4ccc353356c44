import { DockerProvider } from "@cdktf/provider-docker/lib/provider";
import { NullProvider } from "@cdktf/provider-null/lib/provider";
import { App, Aspects, LocalBackend, TerraformOutput, TerraformStack } from "cdktf";
import type { Construct } from "constructs";
import { join } from "node:path";
import type { ServiceSettings } from "../api/own-service";
import { Emaintenance, type EmaintenanceSettings } from "../system/emaintenance";
import { Development } from "./development";
import {
  APPLICATION_SERVICES,
  type ApplicationService,
  type DevelopmentSettings,
  LOCAL_PORTS,
} from "./development-settings";
import { InstanceNames } from "./instance-names";
import { KeptFiles } from "./kept-files";
import { LOCAL_FOLDER, LocalFiles } from "./local-files";
import { type LocalSettings, SAMPLE_SOURCE } from "./local-settings";
import { LocalPlacement } from "./local-placement";
import { localValues } from "./local-values";
import { Source } from "./source";
import type { ServiceName } from "../naming";
import { pinProviders } from "../provider-versions";
import { statePath } from "../state-path";
import type { HealthCheckTiming } from "../values/health-check";
import { PublishedPort } from "../values/published-port";

/** Node.js with npm, in which services run from their source. */
const NODE_IMAGE = "node:24-bookworm";

/** MiB: beside the service run npm, a watcher and a compiler. */
const SERVICE_MEMORY_MIB = 1024;
const WEB_MEMORY_MIB = 3072;

/** Seconds for one check: the first one has the web compile a page. */
const CHECK_SECONDS = 30;

/** Seconds in which a service that compiles itself must have started. */
const START_SECONDS = 600;

export interface LocalStackProps extends Omit<EmaintenanceSettings, "serviceUid"> {
  /** How the source is run, for the whole team. @default the sample application, all of it in containers */
  readonly development?: DevelopmentSettings;
  /** The same for this machine; it wins. @default nothing */
  readonly machine?: Partial<LocalSettings>;
}

/**
 * The same system on a developer's own Docker Engine, on the loopback address only, run from the source: a saved file is
 * live. It shares no variable, no state and no file with production.
 */
export class LocalStack extends TerraformStack {
  readonly system: Emaintenance;

  constructor(scope: Construct, id: string, props: LocalStackProps = {}) {
    super(scope, id);
    const { machine = {}, development = {}, ...system } = props;
    const settings = { ...development, ...given(machine) };
    const { portOffset = 0 } = settings;
    const port = (service: ServiceName) => PublishedPort.loopback(LOCAL_PORTS[service] + portOffset);
    new LocalBackend(this, { path: statePath(id) });
    pinProviders(this);
    const files = new LocalFiles(this, "files");
    new DockerProvider(this, "docker", { host: files.engine });
    new NullProvider(this, "null");
    Aspects.of(this).add(new InstanceNames(settings.instance));

    const values = localValues(files, `http://localhost:${LOCAL_PORTS.nginx + portOffset}`);
    const kept = new KeptFiles(machine.folder ?? join(App.of(this).outdir, LOCAL_FOLDER));
    const placement = new LocalPlacement(this, files, kept);
    const healthCheck = healthCheckTiming(settings);
    const service = (name: ApplicationService, memoryMiB: number, own: ServiceSettings = {}) => ({
      logLevel: "debug" as const,
      healthCheck,
      limits: { memoryMiB, cpus: 2, ...own.limits },
      publish: settings.onHost?.includes(name) ? [] : [port(name)],
      ...own,
    });
    this.system = new Emaintenance(this, "emaintenance", {
      ...system,
      variables: values,
      placement,
      imagesOverridable: false,
      images: { ...nodeImages(settings), ...props.images, ...machine.images },
      postgres: { publish: [port("postgres")], healthCheck, ...props.postgres },
      redis: { publish: [port("redis")], healthCheck, ...props.redis },
      userService: service("user-service", SERVICE_MEMORY_MIB, props.userService),
      workOrderService: service("work-order-service", SERVICE_MEMORY_MIB, props.workOrderService),
      assetService: service("asset-service", SERVICE_MEMORY_MIB, props.assetService),
      web: service("web", WEB_MEMORY_MIB, props.web),
      migration: { limits: { memoryMiB: SERVICE_MEMORY_MIB }, ...props.migration },
      gateway: {
        publish: [port("nginx")],
        healthCheck,
        // What happens is in `docker logs`; a file in memory would fill up.
        accessLogPath: "/dev/stdout",
        errorLogPath: "/dev/stderr",
        ...props.gateway,
      },
    });
    if (settings.only === "infrastructure") this.keepInfrastructure();
    else this.runFromSource(settings, placement, { files, kept });

    const url = new TerraformOutput(this, "url", {
      value: values.publicUrl.stringValue,
      description: "Where the system answers.",
    });
    url.overrideLogicalId("url");
  }

  private runFromSource(
    settings: DevelopmentSettings,
    placement: LocalPlacement,
    machine: { readonly files: LocalFiles; readonly kept: KeptFiles },
  ): void {
    const { system } = this;
    const development = new Development(this, "development", {
      settings,
      source: new Source(settings.source ?? SAMPLE_SOURCE, settings),
      network: system.network,
      image: system.images.of("user-service"),
      written: placement.written,
      startSeconds: START_SECONDS,
      ...machine,
    });
    development.migrate(system.migration);
    for (const service of [system.userService, system.workOrderService, system.assetService, system.web]) {
      if (settings.onHost?.includes(service.service as ApplicationService)) development.leadToHost(service);
      else development.develop(service);
    }
    if (settings.onHost?.length) {
      // What depends on a service that the developer has yet to start cannot be healthy before.
      [system.userService, system.workOrderService, system.assetService, system.web, system.gateway].forEach(
        ({ container }) => container.doNotWait(),
      );
    }
  }

  /** Database and cache; everything that stands on them goes. */
  private keepInfrastructure(): void {
    const above = [
      ...APPLICATION_SERVICES,
      "migration",
      "migration-gate",
      "gateway",
      "gateway-configuration",
    ];
    above.forEach((id) => this.system.node.tryRemoveChild(id));
    [...APPLICATION_SERVICES, "nginx"].forEach((id) => this.system.images.node.tryRemoveChild(id));
    APPLICATION_SERVICES.flatMap((id) => [`${id}-logs`, `${id}-uploads`]).forEach((id) =>
      this.node.tryRemoveChild(id),
    );
  }
}

/** Without what says nothing: then the team's own settings hold. */
function given({
  source,
  only,
  onHost,
  instance,
  portOffset,
  polling,
  startInterval,
}: Partial<LocalSettings>) {
  const settings = {
    source,
    only,
    onHost: onHost?.length ? onHost : undefined,
    instance,
    portOffset: portOffset === 0 ? undefined : portOffset,
    polling: polling === true ? true : undefined,
    startInterval,
  };
  return Object.fromEntries(
    Object.entries(settings).filter(([, value]) => value !== undefined),
  ) as DevelopmentSettings;
}

/** Services run from their source, so one image with Node.js does for all. */
function nodeImages({ nodeImage = NODE_IMAGE }: DevelopmentSettings): Record<ApplicationService, string> {
  return Object.fromEntries(APPLICATION_SERVICES.map((service) => [service, nodeImage])) as Record<
    ApplicationService,
    string
  >;
}

/**
 * Compilers take their time at the first start. Each step of the start order waits for one check, so checks come often where
 * the engine cannot have them often at the start only.
 */
function healthCheckTiming({ startInterval = false }: DevelopmentSettings): HealthCheckTiming {
  const common = { startPeriodSeconds: START_SECONDS, timeoutSeconds: CHECK_SECONDS };
  return startInterval ? common : { ...common, intervalSeconds: 4, startIntervalMs: "none" };
}
