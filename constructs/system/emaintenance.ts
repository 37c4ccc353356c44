import { Construct } from "constructs";
import { ApiService } from "../api/api-service";
import { Migration, type MigrationSettings } from "../api/migration";
import type { OwnService, OwnServiceSettings, ServiceSettings } from "../api/own-service";
import type { PointInTimeSettings } from "../data/point-in-time-settings";
import type { ApplicationValues } from "../configuration/application-values";
import { DataVolume } from "../data/data-volume";
import { Postgres, type PostgresProps } from "../data/postgres";
import { PostgresSocket } from "../data/postgres-socket";
import { Redis, type RedisProps } from "../data/redis";
import { WalArchive } from "../data/wal-archive";
import { Gateway, type GatewayProps } from "../gateway/gateway";
import { type NginxConfigProps, renderNginxConfig } from "../gateway/nginx-config";
import { Upstream } from "../gateway/route";
import { type RouteTable, routesTo } from "../gateway/route-table";
import { networksWithOneName, serviceRouteTaken } from "../errors";
import { EmaintenanceNetwork } from "../network/emaintenance-network";
import type { Place } from "./place";
import type { Rollout } from "./rollout";
import { ImageCatalog, type ImageCatalogProps } from "../images/image-catalog";
import { PublishedPort } from "../values/published-port";
import { checkedServiceUid } from "../values/service-uid";
import { Web } from "../web/web";
import { MIGRATING_SERVICE } from "../services/built-in-services";
import { ServiceCatalogue } from "../services/service-catalogue";
import type { ServiceDeclaration } from "../services/service-declaration";

type DataSettings<T> = Partial<Omit<T, "image" | "network" | "volume" | "socket" | "password">>;

/** What a team may set; every value has a default from the deployment document. */
export interface EmaintenanceSettings {
  /** Names of the two networks. @default emaintenance-network (deployment document, 1.2) and emaintenance-data */
  readonly network?: { readonly name?: string; readonly dataName?: string };
  readonly postgres?: DataSettings<PostgresProps>;
  readonly redis?: DataSettings<RedisProps>;
  readonly migration?: MigrationSettings;
  readonly userService?: ServiceSettings;
  readonly workOrderService?: ServiceSettings;
  readonly assetService?: ServiceSettings;
  readonly web?: ServiceSettings;
  /**
   * Services that the team adds to the system, by name: what each is, and the settings that every service may have. Give the
   * same to the stack of production and to that of development. See docs/services.md. @default none
   */
  readonly services?: Readonly<Record<string, OwnServiceSettings>>;
  readonly gateway?: Partial<Pick<GatewayProps, "publish" | "limits" | "healthCheck">> &
    Partial<Omit<NginxConfigProps, "routes" | "web">>;
  /** Services by path prefix, in addition to the routes of the services that the team adds. @default the deployment document's, 6.1 */
  readonly routes?: RouteTable;
  /** Image references, or what images are built from, by service; the variable IMAGES wins. @default see ImageCatalog */
  readonly images?: ImageCatalogProps["sources"];
  /** Time zone of every program that has none of its own. @default UTC */
  readonly timeZone?: string;
  /**
   * User and group id of the team's own services on the VM, from 1000 to 59999: their processes, and the owner of their logs and
   * uploads. No login of the VM may have it. Another number than before moves the files to it, while the services keep working:
   * docs/service-user.md. @default 1001
   */
  readonly serviceUid?: number;
}

export interface EmaintenanceProps extends EmaintenanceSettings {
  /** All services. @default those of the deployment document, and those of `services` */
  readonly catalogue?: ServiceCatalogue;
  readonly variables: ApplicationValues;
  /** Where it runs. */
  readonly place: Place;
  /** How a release comes into use. */
  readonly rollout: Rollout;
  /** Archives the database's write-ahead log, if the place has a folder for it. @default it is not archived */
  readonly pointInTime?: PointInTimeSettings;
  /** Whether the variable IMAGES may name other images. @default true */
  readonly imagesOverridable?: boolean;
}

/**
 * The whole system, in the start order of the deployment document (2.2): PostgreSQL and Redis, the migration, the services of
 * the API, each after those that it needs, the web, the gateway. Each step waits until the one before is healthy.
 */
export class Emaintenance extends Construct {
  /** All services, as they are declared. */
  readonly catalogue: ServiceCatalogue;
  readonly images: ImageCatalog;
  /** Of the gateway, the web and the services. */
  readonly network: EmaintenanceNetwork;
  /** Of PostgreSQL, Redis and those that use them. */
  readonly dataNetwork: EmaintenanceNetwork;
  readonly postgres: Postgres;
  /** Defined if the write-ahead log is archived. */
  readonly walArchive?: WalArchive;
  readonly redis: Redis;
  readonly migration: Migration;
  /** The services of the API, in start order. */
  readonly services: readonly ApiService[];
  readonly web: Web;
  readonly gateway: Gateway;
  /** The whole configuration of the gateway. */
  readonly nginxConf: string;
  /** User and group id of the team's own services. */
  readonly serviceUid: number;

  constructor(scope: Construct, id: string, props: EmaintenanceProps) {
    super(scope, id);
    const { place, rollout, variables, timeZone = "UTC" } = props;
    const { after } = place;
    const catalogue = props.catalogue ?? ServiceCatalogue.with(props.services);
    this.catalogue = catalogue;
    this.serviceUid = checkedServiceUid(props.serviceUid);
    const images = new ImageCatalog(this, "images", {
      services: catalogue,
      sources: props.images,
      publicUrl: variables.publicUrl.stringValue,
      overridable: props.imagesOverridable,
      uid: this.serviceUid,
      after,
    });
    this.images = images;
    const { name, dataName } = props.network ?? {};
    this.network = new EmaintenanceNetwork(this, "network", { after, name });
    this.dataNetwork = new EmaintenanceNetwork(this, "data-network", {
      after,
      name: dataName,
      role: "data",
      internal: !place.publishesData,
    });
    if (this.dataNetwork.literalName === this.network.literalName) {
      throw networksWithOneName(this.network.literalName);
    }
    const publishedByData = (port: number) => (place.publishesData ? [PublishedPort.loopback(port)] : []);

    // The data tier.
    const { pointInTime } = props;
    const { walArchiveFolder: folder } = place;
    // If backups are enabled: their pg_dump is in a container of its own.
    const socket = folder === undefined ? undefined : new PostgresSocket(this, "postgres-socket", { after });
    const archive = pointInTime &&
      folder !== undefined &&
      socket && { settings: pointInTime, folder, socket };
    this.postgres = new Postgres(this, "postgres", {
      image: images.of("postgres"),
      network: this.dataNetwork,
      volume: new DataVolume(this, "postgres-data", {
        name: "postgres-data",
        hostPath: place.dataFolder("postgres"),
        after,
      }),
      password: variables.postgresPassword.stringValue,
      publish: publishedByData(5432),
      timeZone,
      ...props.postgres,
      socket,
      ...(archive && {
        settings: { ...WalArchive.serverSettings(archive.settings), ...props.postgres?.settings },
      }),
    });
    if (archive) {
      this.walArchive = new WalArchive(this, "wal-archive", {
        ...archive,
        image: images.of("postgres"),
        network: this.dataNetwork,
      });
      this.walArchive.follow(this.postgres);
    }
    this.redis = new Redis(this, "redis", {
      image: images.of("redis"),
      network: this.dataNetwork,
      volume: new DataVolume(this, "redis-data", {
        name: "redis-data",
        hostPath: place.dataFolder("redis"),
        after,
      }),
      password: variables.redisPassword.stringValue,
      publish: publishedByData(6379),
      ...props.redis,
    });

    const dataReady = rollout.dataReady?.(this, this.postgres, this.redis, this.network);
    if (dataReady) {
      this.postgres.container.readyAfter(...dataReady);
      this.redis.container.readyAfter(...dataReady);
    }

    // The migration.
    const { blueGreen } = rollout;
    const common = { blueGreen, nodeEnv: place.nodeEnv, uid: this.serviceUid };
    this.migration = new Migration(this, "migration", {
      ...common,
      network: this.dataNetwork,
      image: images.of(MIGRATING_SERVICE),
      ...props.migration,
    });
    this.postgres.grantAccess(this.migration);
    this.redis.grantAccess(this.migration);
    // If an image cannot be built, nothing of the release has happened.
    this.migration.startAfter(
      ...images.complete,
      ...(rollout.beforeMigration?.(this, this.migration, this.postgres) ?? []),
    );
    const migrated = rollout.migrationDone(this, this.migration);

    // The API tier.
    const readinessGate = (service: OwnService) => rollout.readinessGate?.(this, service);
    this.services = catalogue.api.map((declaration) => {
      const { name, usesPostgres, usesRedis } = declaration;
      const uploads = place.uploads(declaration);
      const service = new ApiService(this, name, {
        ...common,
        readinessGate,
        declaration,
        network: this.network,
        dataNetwork: usesPostgres || usesRedis ? this.dataNetwork : undefined,
        image: images.of(name),
        corsOrigin: variables.publicUrl.stringValue,
        timeZone,
        volumes: [place.logs(declaration), uploads].filter((mount) => mount !== undefined),
        after: [...migrated, ...images.complete],
        publish: [PublishedPort.loopback(declaration.port)],
        ...settingsOf(props, declaration),
      });
      if (usesPostgres) this.postgres.grantAccess(service);
      if (usesRedis) this.redis.grantAccess(service);
      service.setEnvironment("JWT_SECRET", variables.jwtSecret.stringValue);
      return service;
    });
    this.services.forEach((service) => {
      this.services
        .filter((other) => service.declaration.needs.includes(other.service))
        .forEach((other) => service.connectTo(other));
    });

    // The web tier.
    this.web = new Web(this, "web", {
      ...common,
      network: this.network,
      image: images.of("web"),
      publicUrl: variables.publicUrl.stringValue,
      timeZone,
      readinessGate,
      publish: [PublishedPort.loopback(catalogue.get("web").port)],
      ...props.web,
    });
    this.services.forEach((service) => this.web.connectTo(service));
    this.web.startAfter(...images.complete);

    // The gateway.
    const { publish, limits, healthCheck, ...nginx } = props.gateway ?? {};
    const upstream = ({ service, port }: OwnService) => Upstream.of(service, port);
    const behind = [...this.services, this.web];
    // A port of the host cannot lead to two containers, the old one and the new: there, the gateway holds it.
    const forwards = behind.flatMap((service) =>
      service.container.published.map(({ on }) => ({ on, upstream: upstream(service) })),
    );
    this.nginxConf = renderNginxConfig({
      routes: routesTo(routeTable(props.routes, catalogue), this.services),
      web: upstream(this.web),
      ...(blueGreen && {
        blueGreen: true,
        forwards: forwards.map(({ on, upstream: to }) => ({ listenPort: on.port, to })),
      }),
      ...nginx,
    });
    const files = rollout.gatewayFiles(
      this,
      this.nginxConf,
      images.of("nginx"),
      behind.map((service) => ({ upstream: upstream(service).toString(), containers: service.containers })),
    );
    // Where nginx does not take its configuration, nothing of the release has happened.
    this.migration.startAfter(...(files.tried ?? []));
    this.gateway = new Gateway(this, "gateway", {
      image: images.of("nginx"),
      network: this.network,
      files,
      forwards: blueGreen ? forwards.map(({ on }) => ({ containerPort: on.port, on })) : [],
      answersFor: blueGreen ? behind.map(({ service }) => service) : [],
      logs: place.logs(catalogue.get("nginx")),
      publish: publish ?? [PublishedPort.everywhere(catalogue.get("nginx").localPort)],
      limits,
      healthCheck,
    });
    this.web.containers.forEach((one) => this.gateway.startAfterContainer(one));
  }
}

/** What the team has set for a service. */
function settingsOf(settings: EmaintenanceSettings, service: ServiceDeclaration): ServiceSettings {
  return (service.settings ? settings[service.settings] : settings.services?.[service.name]) ?? {};
}

/** The team's table takes the place of the deployment document's; services that the team adds say themselves what is theirs. */
function routeTable(own: RouteTable | undefined, catalogue: ServiceCatalogue): RouteTable {
  if (own === undefined) return catalogue.routes;
  const added = catalogue.api
    .filter(({ settings }) => settings === undefined)
    .flatMap(({ name, routes }) => routes.map((path) => [path, name] as const));
  const [path, name] = added.find(([prefix, service]) => (own[prefix] ?? service) !== service) ?? [];
  if (path !== undefined && name !== undefined) throw serviceRouteTaken(name, path, own[path] ?? "");
  return { ...own, ...Object.fromEntries(added) };
}
