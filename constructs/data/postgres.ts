import { Fn } from "cdktf";
import { Construct } from "constructs";
import { z } from "zod";
import { TierContainer } from "../container/tier-container";
import type { ResourceLimits } from "../container/resource-limits";
import { Tmpfs } from "../container/tmpfs";
import { Naming } from "../naming";
import type { EmaintenanceNetwork } from "../network/emaintenance-network";
import type { ServiceImage } from "../images/service-image";
import { ServiceCatalogue } from "../services/service-catalogue";
import { template } from "../templates";
import { HealthCheck, type HealthCheckTiming } from "../values/health-check";
import { tcpPort, type PublishedPort } from "../values/published-port";
import { timeZone } from "../values/time-zone";
import { validateProps } from "../values/validate";
import type { DataVolume } from "./data-volume";
import { postgresSettings } from "./postgres-settings";
import type { PostgresSocket } from "./postgres-socket";

export interface PostgresProps {
  readonly image: ServiceImage;
  readonly network: EmaintenanceNetwork;
  readonly volume: DataVolume;
  /** Where its socket is, for containers next to it that use it. @default a folder in memory of its own */
  readonly socket?: PostgresSocket;
  /** Password of the user, as a reference to a sensitive variable. */
  readonly password: string;
  /** @default emaintenance (deployment document, 5.2) */
  readonly database?: string;
  /**
   * Role as which services and migrations log in. It owns the database and everything in it, and has no right beyond that:
   * the server's superuser is another role, see `Postgres.superuser`.
   * @default postgres (deployment document, 5.2)
   */
  readonly user?: string;
  /**
   * Extensions that only a superuser may create, such as `pg_stat_statements` or `postgis`: each deploy creates those that are
   * missing, before the migration. What PostgreSQL calls a trusted extension (pgcrypto, citext, pg_trgm …) a migration may
   * create by itself. A name that is taken off the list stays in the database.
   * @default none
   */
  readonly extensions?: readonly string[];
  /** Port inside the network. @default 5432 */
  readonly port?: number;
  /** Ports of the host. @default none */
  readonly publish?: readonly PublishedPort[];
  /** @default 1 core, 512 MiB */
  readonly limits?: ResourceLimits;
  /** Server settings in addition to, or instead of, those that follow from the memory limit. @default none */
  readonly settings?: Readonly<Record<string, string>>;
  /** @default 30 s, 10 s, 3 times */
  readonly healthCheck?: HealthCheckTiming;
  /** Time zone of sessions and of the log. @default UTC */
  readonly timeZone?: string;
}

/** Whom the database can serve: anything with an environment that starts after it. */
export interface DatabaseUser {
  setEnvironment(name: string, value: string): void;
  startAfterContainer(other: TierContainer): void;
}

const identifier = z
  .string()
  .regex(
    /^[a-z_][a-z0-9_]{0,62}$/,
    "expected a PostgreSQL name: lower-case letters, digits and _, at most 63",
  );

/** Temporary names of the roles of a deployment while they are put in place, see templates/postgres/roles.sh. */
const RESERVED_ROLES = ["emaintenance_superuser", "emaintenance_next_owner", "emaintenance_renaming"];

const schema = z.object({
  database: identifier,
  user: identifier.refine(
    (name) => !RESERVED_ROLES.includes(name) && !name.startsWith("pg_"),
    "expected a name that neither this project nor PostgreSQL (pg_…) uses for a role of its own",
  ),
  extensions: z.array(
    z
      .string()
      .regex(
        /^[a-z_][a-z0-9_-]{0,62}$/,
        'expected the name of an extension, such as "pg_stat_statements": lower-case letters, digits, _ and -',
      ),
  ),
  timeZone,
});

/** Where the image keeps the cluster; one level below the mount, which may be a disk of its own with lost+found. */
const MOUNT = "/var/lib/postgresql/data";

/** Seconds for a fast shutdown with its checkpoint, before Docker kills the server. */
const STOP_TIMEOUT_SECONDS = 120;

/** Shared memory of the container in MiB. Parallel queries use /dev/shm in addition to shared_buffers. */
const SHM_MIB = 128;

/**
 * The main database. Its container is never removed only because it is stopped, and is stopped before it is
 * replaced; its files are on the volume.
 *
 * Each start of the container sees to two roles before the server listens on the network (templates/postgres/start.sh): the
 * owner, as whom services and migrations log in, and the superuser, who is reached by the server's socket only. A cluster
 * that has one role for both, as earlier versions made it, is moved over. See docs/decisions/012-database-roles.md.
 */
export class Postgres extends Construct {
  readonly container: TierContainer;
  readonly database: string;
  /** Role as which services and migrations log in; it owns the database. */
  readonly user: string;
  /** Role of root's scripts, by the socket only: `postgres`, or `emaintenance_superuser` if the user has that name. */
  readonly superuser: string;
  /** Extensions that the deploy creates. */
  readonly extensions: readonly string[];
  readonly port: number;
  private readonly password: string;

  constructor(scope: Construct, id: string, props: PostgresProps) {
    super(scope, id);
    const checked = validateProps(this, schema, {
      database: props.database ?? Naming.project,
      user: props.user ?? "postgres",
      extensions: [...(props.extensions ?? [])],
      timeZone: props.timeZone ?? "UTC",
    });
    this.database = checked.database;
    this.user = checked.user;
    this.superuser = checked.user === "postgres" ? "emaintenance_superuser" : "postgres";
    this.extensions = checked.extensions;
    const declaration = ServiceCatalogue.builtIn.get("postgres");
    this.port = tcpPort(props.port ?? declaration.port);
    this.password = props.password;

    const settings = {
      ...postgresSettings(props.limits?.memoryMiB ?? 512),
      port: String(this.port),
      timezone: checked.timeZone,
      log_timezone: checked.timeZone,
      ...props.settings,
    };
    this.container = new TierContainer(this, "postgres", {
      tier: "data",
      service: "postgres",
      image: props.image,
      network: props.network,
      entrypoint: [
        ...["sh", "-c", template("postgres/roles.sh") + template("postgres/start.sh"), "postgres-start"],
        template("postgres/hand-over.sql"),
      ],
      command: [
        "postgres",
        ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]),
      ],
      // The image starts as root, takes over its folder and becomes the user postgres. KILL is for the init, which
      // stays root: without it no stop signal arrives, and the server is killed when its time to stop is over.
      capabilities: ["CHOWN", "DAC_OVERRIDE", "FOWNER", "KILL", "SETGID", "SETUID"],
      tmpfs: [
        Tmpfs.at("/tmp", { sizeMiB: 64 }),
        ...(props.socket ? [] : [Tmpfs.at("/run/postgresql", { sizeMiB: 16 })]),
      ],
      volumes: [props.volume.mountedAt(MOUNT), ...(props.socket ? [props.socket.mount] : [])],
      publish: (props.publish ?? []).map((on) => ({ containerPort: this.port, on })),
      // Over TCP: while the cluster and its roles are prepared, the server listens on its socket only.
      healthCheck: HealthCheck.shell(
        `pg_isready -q -h 127.0.0.1 -p ${this.port} -U "$DATABASE_OWNER" -d "$POSTGRES_DB"`,
        props.healthCheck,
      ),
      limits: props.limits ?? {},
      leastMemoryMiB: declaration.leastMemoryMiB,
      shmSizeMiB: SHM_MIB,
      stopSignal: "SIGINT",
      stopTimeoutSeconds: STOP_TIMEOUT_SECONDS,
      replacedWhenStopped: false,
    });
    this.container.setEnvironment("POSTGRES_DB", this.database);
    this.container.setEnvironment("POSTGRES_USER", this.superuser);
    this.container.setEnvironment("DATABASE_OWNER", this.user);
    this.container.setEnvironment("POSTGRES_PASSWORD", this.password);
    this.container.setEnvironment("POSTGRES_INITDB_ARGS", "--data-checksums");
    this.container.setEnvironment("POSTGRES_HOST_AUTH_METHOD", "scram-sha-256");
    this.container.setEnvironment("PGDATA", `${MOUNT}/pgdata`);
    this.container.setEnvironment("PGPORT", String(this.port));
  }

  /**
   * DATABASE_URL of the system. The password is percent-encoded: `/`, `#`, `@` or `:` in it would break the URL.
   * Terraform's urlencode writes a space as `+`, which a URL's password part takes literally.
   */
  get url(): string {
    const password = Fn.replace(Fn.urlencode(this.password), "+", "%20");
    return `postgresql://${this.user}:${password}@${this.container.containerName}:${this.port}/${this.database}`;
  }

  /** Gives a service its database: the URL, and a start only after the database is ready. */
  grantAccess(service: DatabaseUser): void {
    service.setEnvironment("DATABASE_URL", this.url);
    service.startAfterContainer(this.container);
  }
}
