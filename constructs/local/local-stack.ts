import { DockerProvider } from "@cdktf/provider-docker/lib/provider";
import { NullProvider } from "@cdktf/provider-null/lib/provider";
import { App, Aspects, LocalBackend, TerraformOutput, TerraformStack } from "cdktf";
import type { Construct } from "constructs";
import { join } from "node:path";
import type { ServiceSettings } from "../api/own-service";
import { Emaintenance, type EmaintenanceSettings } from "../system/emaintenance";
import { Development } from "./development";
import type { DevelopmentSettings } from "./development-settings";
import { InstanceNames } from "./instance-names";
import { KeptFiles } from "./kept-files";
import { LOCAL_FOLDER, LocalFiles } from "./local-files";
import { type LocalSettings, SAMPLE_SOURCE } from "./local-settings";
import { LocalPlace } from "./local-place";
import { LocalRollout } from "./local-rollout";
import { localValues } from "./local-values";
import { Source } from "./source";
import { pinProviders } from "../provider-versions";
import { statePath } from "../state-path";
import type { HealthCheckTiming } from "../values/health-check";
import { PublishedPort } from "../values/published-port";
import type { ImageSources } from "../images/image-catalog";
import { MIGRATING_SERVICE } from "../services/built-in-services";
import { ServiceCatalogue } from "../services/service-catalogue";
import type { ServiceDeclaration } from "../services/service-declaration";

/** Node.js with npm, in which services run from their source. */
const NODE_IMAGE = "node:24-bookworm";

/** MiB: npm, a watcher and a compiler run in addition to the service. */
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
    const catalogue = ServiceCatalogue.with(props.services);
    const port = ({ localPort }: ServiceDeclaration) => PublishedPort.loopback(localPort + portOffset);
    new LocalBackend(this, { path: statePath(id) });
    pinProviders(this);
    const files = new LocalFiles(this, "files");
    new DockerProvider(this, "docker", { host: files.engine });
    new NullProvider(this, "null");
    Aspects.of(this).add(new InstanceNames(settings.instance));

    const values = localValues(files, `http://localhost:${catalogue.get("nginx").localPort + portOffset}`);
    const kept = new KeptFiles(machine.folder ?? join(App.of(this).outdir, LOCAL_FOLDER));
    const place = new LocalPlace(this);
    const healthCheck = healthCheckTiming(settings);
    const withDefaults = <T extends ServiceSettings>(declaration: ServiceDeclaration, own: T) => ({
      logLevel: "debug" as const,
      healthCheck,
      publish: settings.onHost?.includes(declaration.name) ? [] : [port(declaration)],
      ...own,
      limits: {
        memoryMiB: declaration.image === "web" ? WEB_MEMORY_MIB : SERVICE_MEMORY_MIB,
        cpus: 2,
        ...own.limits,
      },
    });
    this.system = new Emaintenance(this, "emaintenance", {
      ...system,
      ...settingsOfServices(props, catalogue, withDefaults),
      catalogue,
      variables: values,
      place,
      rollout: new LocalRollout(files, kept),
      imagesOverridable: false,
      images: localImages(catalogue, settings, props.images, machine.images),
      postgres: { publish: [port(catalogue.get("postgres"))], healthCheck, ...props.postgres },
      redis: { publish: [port(catalogue.get("redis"))], healthCheck, ...props.redis },
      migration: { limits: { memoryMiB: SERVICE_MEMORY_MIB }, ...props.migration },
      gateway: {
        publish: [port(catalogue.get("nginx"))],
        healthCheck,
        // What happens is in `docker logs`; a file in memory would fill up.
        accessLogPath: "/dev/stdout",
        errorLogPath: "/dev/stderr",
        ...props.gateway,
      },
    });
    if (settings.only === "infrastructure") this.keepInfrastructure();
    else this.runFromSource(settings, place, { files, kept });

    const url = new TerraformOutput(this, "url", {
      value: values.publicUrl.stringValue,
      description: "Where the system answers.",
    });
    url.overrideLogicalId("url");
  }

  private runFromSource(
    settings: DevelopmentSettings,
    place: LocalPlace,
    machine: { readonly files: LocalFiles; readonly kept: KeptFiles },
  ): void {
    const { system } = this;
    const development = new Development(this, "development", {
      settings,
      source: new Source(settings.source ?? SAMPLE_SOURCE, settings, system.catalogue),
      network: system.network,
      image: system.images.of(MIGRATING_SERVICE),
      written: place.written,
      startSeconds: START_SECONDS,
      ...machine,
    });
    development.migrate(system.migration);
    const application = [...system.services, system.web];
    for (const service of application) {
      if (settings.onHost?.includes(service.service)) development.leadToHost(service);
      else development.develop(service);
    }
    if (settings.onHost?.length) {
      // What depends on a service that the developer has yet to start cannot be healthy before.
      [...application, system.gateway].forEach(({ container }) => container.doNotWait());
    }
  }

  /** Database and cache; everything that depends on them is removed. */
  private keepInfrastructure(): void {
    const application = this.system.catalogue.application.map(({ name }) => name);
    const above = [...application, "migration", "migration-gate", "gateway", "gateway-configuration"];
    above.forEach((id) => this.system.node.tryRemoveChild(id));
    [...application, "nginx"].forEach((id) => this.system.images.node.tryRemoveChild(id));
    application
      .flatMap((id) => [`${id}-logs`, `${id}-uploads`])
      .forEach((id) => this.node.tryRemoveChild(id));
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

/** The settings of all services of the team, under the props of the system that they belong to. */
function settingsOfServices(
  props: LocalStackProps,
  catalogue: ServiceCatalogue,
  withDefaults: <T extends ServiceSettings>(declaration: ServiceDeclaration, own: T) => T,
): Partial<EmaintenanceSettings> {
  const { services = {} } = props;
  const builtIn = catalogue.application.flatMap((declaration) => {
    const { settings: prop } = declaration;
    return prop === undefined ? [] : [[prop, withDefaults(declaration, props[prop] ?? {})] as const];
  });
  const added = catalogue.application.flatMap((declaration) => {
    const own = services[declaration.name];
    return own === undefined ? [] : [[declaration.name, withDefaults(declaration, own)] as const];
  });
  return { ...Object.fromEntries(builtIn), services: Object.fromEntries(added) };
}

/** Services run from their source, so one image with Node.js does for all. What this machine says wins. */
function localImages(
  catalogue: ServiceCatalogue,
  { nodeImage = NODE_IMAGE }: DevelopmentSettings,
  team: ImageSources = {},
  machine: LocalSettings["images"] = {},
): ImageSources {
  const forAll = (image: string) =>
    Object.fromEntries(catalogue.application.map(({ name }) => [name, image]));
  // What an earlier start has written down may name services that are no more.
  const known = Object.entries(machine).filter(([name]) => catalogue.find(name) !== undefined);
  return {
    ...forAll(nodeImage),
    ...team,
    ...(machine.node === undefined ? {} : forAll(machine.node)),
    ...Object.fromEntries(known),
  };
}

/**
 * Compilers take their time at the first start. Each step of the start order waits for one check, so checks come often where
 * the engine cannot have them often at the start only.
 */
function healthCheckTiming({ startInterval = false }: DevelopmentSettings): HealthCheckTiming {
  const common = { startPeriodSeconds: START_SECONDS, timeoutSeconds: CHECK_SECONDS };
  return startInterval ? common : { ...common, intervalSeconds: 4, startIntervalMs: "none" };
}
