import type { ContainerVolumes } from "@cdktf/provider-docker/lib/container";
import { Construct } from "constructs";
import type { ApiService } from "../api/api-service";
import { AssetService } from "../api/asset-service";
import { Migration, type MigrationSettings } from "../api/migration";
import type { OwnService, ServiceSettings } from "../api/own-service";
import { UserService } from "../api/user-service";
import { WorkOrderService } from "../api/work-order-service";
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
import { type RouteTable, routesTo, SEED_ROUTES } from "../gateway/route-table";
import { networksWithOneName } from "../errors";
import type { ServiceName } from "../naming";
import { EmaintenanceNetwork } from "../network/emaintenance-network";
import type { Placement } from "./placement";
import { ImageCatalog, type ImageCatalogProps } from "../images/image-catalog";
import { PublishedPort } from "../values/published-port";
import { checkedServiceUid } from "../values/service-uid";
import { Web } from "../web/web";

type DataSettings<T> = Partial<Omit<T, "image" | "network" | "volume" | "socket" | "password">>;

/** What a team may set; every value has a default from the deployment document. */
export interface EmaintenanceSettings {
  /** Names of the two networks. @default emaintenance-network (the seed, 1.2) and emaintenance-data */
  readonly network?: { readonly name?: string; readonly dataName?: string };
  readonly postgres?: DataSettings<PostgresProps>;
  readonly redis?: DataSettings<RedisProps>;
  readonly migration?: MigrationSettings;
  readonly userService?: ServiceSettings;
  readonly workOrderService?: ServiceSettings;
  readonly assetService?: ServiceSettings;
  readonly web?: ServiceSettings;
  readonly gateway?: Partial<Pick<GatewayProps, "publish" | "limits" | "healthCheck">> &
    Partial<Omit<NginxConfigProps, "routes" | "web">>;
  /** Services by path prefix. @default the seed's, 6.1 */
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
  readonly variables: ApplicationValues;
  readonly placement: Placement;
  /** Archives the database's write-ahead log, where the placement has a folder for it. @default it is not archived */
  readonly pointInTime?: PointInTimeSettings;
  /** Whether the variable IMAGES may name other images. @default true */
  readonly imagesOverridable?: boolean;
}

/**
 * The whole system, in the start order of the deployment document (2.2): PostgreSQL and Redis, the migration, the user
 * service, work orders and assets, the web, the gateway. Each step waits until the one before is healthy.
 */
export class Emaintenance extends Construct {
  readonly images: ImageCatalog;
  /** Of the gateway, the web and the services. */
  readonly network: EmaintenanceNetwork;
  /** Of PostgreSQL, Redis and those that use them. */
  readonly dataNetwork: EmaintenanceNetwork;
  readonly postgres: Postgres;
  /** There where the write-ahead log is archived. */
  readonly walArchive?: WalArchive;
  readonly redis: Redis;
  readonly migration: Migration;
  readonly userService: UserService;
  readonly workOrderService: WorkOrderService;
  readonly assetService: AssetService;
  readonly web: Web;
  readonly gateway: Gateway;
  /** The whole configuration of the gateway. */
  readonly nginxConf: string;
  /** User and group id of the team's own services. */
  readonly serviceUid: number;

  constructor(scope: Construct, id: string, props: EmaintenanceProps) {
    super(scope, id);
    const { placement, variables, timeZone = "UTC" } = props;
    const { after } = placement;
    this.serviceUid = checkedServiceUid(props.serviceUid);
    const images = new ImageCatalog(this, "images", {
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
      internal: !placement.publishesData,
    });
    if (this.dataNetwork.literalName === this.network.literalName) {
      throw networksWithOneName(this.network.literalName);
    }
    const publishedByData = (port: number) => (placement.publishesData ? [PublishedPort.loopback(port)] : []);

    // The data tier.
    const { pointInTime } = props;
    const { walArchiveFolder: folder } = placement;
    // Where there are backups: their pg_dump is in a container of its own.
    const socket = folder === undefined ? undefined : new PostgresSocket(this, "postgres-socket", { after });
    const archive = pointInTime &&
      folder !== undefined &&
      socket && { settings: pointInTime, folder, socket };
    this.postgres = new Postgres(this, "postgres", {
      image: images.of("postgres"),
      network: this.dataNetwork,
      volume: new DataVolume(this, "postgres-data", {
        name: "postgres-data",
        hostPath: placement.dataFolder("postgres"),
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
        hostPath: placement.dataFolder("redis"),
        after,
      }),
      password: variables.redisPassword.stringValue,
      publish: publishedByData(6379),
      ...props.redis,
    });

    const dataReady = placement.dataReady?.(this, this.postgres, this.redis, this.network);
    if (dataReady) {
      this.postgres.container.provenBy(...dataReady);
      this.redis.container.provenBy(...dataReady);
    }

    // The migration.
    const { blueGreen } = placement;
    const common = { blueGreen, nodeEnv: placement.nodeEnv, uid: this.serviceUid };
    this.migration = new Migration(this, "migration", {
      ...common,
      network: this.dataNetwork,
      image: images.of("user-service"),
      ...props.migration,
    });
    this.postgres.grantAccess(this.migration);
    this.redis.grantAccess(this.migration);
    // Where one image cannot be built, nothing of the release has happened.
    this.migration.startAfter(
      ...images.complete,
      ...(placement.beforeMigration?.(this, this.migration, this.postgres) ?? []),
    );
    const migrated = placement.migrationDone(this, this.migration);

    // The API tier.
    const api = (service: ServiceName, uploads?: ContainerVolumes) => ({
      ...common,
      network: this.network,
      dataNetwork: this.dataNetwork,
      image: images.of(service),
      corsOrigin: variables.publicUrl.stringValue,
      timeZone,
      volumes: [placement.logs(service), uploads].filter((mount) => mount !== undefined),
      after: [...migrated, ...images.complete],
    });
    this.userService = new UserService(this, "user-service", {
      ...api("user-service"),
      publish: [PublishedPort.loopback(UserService.DEFAULT_PORT)],
      ...props.userService,
    });
    this.workOrderService = new WorkOrderService(this, "work-order-service", {
      ...api("work-order-service", placement.uploads("work-order-service")),
      publish: [PublishedPort.loopback(WorkOrderService.DEFAULT_PORT)],
      ...props.workOrderService,
    });
    this.assetService = new AssetService(this, "asset-service", {
      ...api("asset-service", placement.uploads("asset-service")),
      publish: [PublishedPort.loopback(AssetService.DEFAULT_PORT)],
      ...props.assetService,
    });
    const services: readonly ApiService[] = [this.userService, this.workOrderService, this.assetService];
    for (const service of services) {
      this.postgres.grantAccess(service);
      this.redis.grantAccess(service);
      service.setEnvironment("JWT_SECRET", variables.jwtSecret.stringValue);
    }
    const prove = (service: OwnService): void => {
      const proofs = placement.proven?.(this, service);
      if (proofs) service.containers.forEach((container) => container.provenBy(...proofs));
    };
    prove(this.userService);
    this.workOrderService.connectTo(this.userService);
    this.assetService.connectTo(this.userService);
    prove(this.workOrderService);
    prove(this.assetService);

    // The web tier.
    this.web = new Web(this, "web", {
      ...common,
      network: this.network,
      image: images.of("web"),
      publicUrl: variables.publicUrl.stringValue,
      timeZone,
      publish: [PublishedPort.loopback(3000)],
      ...props.web,
    });
    services.forEach((service) => this.web.connectTo(service));
    this.web.startAfter(...images.complete);
    prove(this.web);

    // The gateway.
    const { publish, limits, healthCheck, ...nginx } = props.gateway ?? {};
    const upstream = ({ service, port }: OwnService) => Upstream.of(service, port);
    const behind = [...services, this.web];
    // A port of the host cannot lead to two containers, the old one and the new: there, the gateway holds it.
    const forwards = behind.flatMap((service) =>
      service.container.published.map(({ on }) => ({ on, upstream: upstream(service) })),
    );
    this.nginxConf = renderNginxConfig({
      routes: routesTo(props.routes ?? SEED_ROUTES, services),
      web: upstream(this.web),
      ...(blueGreen && {
        switched: true,
        forwards: forwards.map(({ on, upstream: to }) => ({ listenPort: on.port, to })),
      }),
      ...nginx,
    });
    const files = placement.gatewayFiles(
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
      logs: placement.logs("nginx"),
      publish: publish ?? [PublishedPort.everywhere(3030)],
      limits,
      healthCheck,
    });
    this.web.containers.forEach((one) => this.gateway.startAfterContainer(one));
  }
}
