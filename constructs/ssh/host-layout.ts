import { hostRootInvalid } from "../errors";

/** What neither a shell nor Docker reads as anything else than a path. */
const PLAIN_PATH = /^(\/(?!\.\.?(\/|$))[A-Za-z0-9._-]+)+$/;

/** Folders of the host, as the deployment document has them (1.1 and 3.2). */
export class HostLayout {
  /**
   * @param root @default /opt/emaintenance
   * @throws ConfigurationError when it is no plain absolute path
   */
  constructor(readonly root = "/opt/emaintenance") {
    if (!PLAIN_PATH.test(root)) {
      throw hostRootInvalid(root);
    }
  }

  /** Persistent data. Nothing that deploys or destroys ever removes it. */
  data(name: string): string {
    return `${this.root}/data/${name}`;
  }

  logs(service: string): string {
    return `${this.root}/logs/${service}`;
  }

  /** What the deploy lays down for one part of the system. */
  deploy(part: string): string {
    return `${this.root}/deploy/Server/${part}`;
  }

  /** Staging folder of a host component: its files before they are installed. */
  staging(name: string): string {
    return `${this.root}/deploy/Server/.parts/${name}`;
  }

  get backups(): string {
    return `${this.root}/backups`;
  }

  /** One folder for each release that was deployed, and `current`, a link to the one in use. */
  get releases(): string {
    return `${this.root}/releases`;
  }

  /** What happened last: one record for each job, and the alerts. */
  get status(): string {
    return `${this.root}/status`;
  }
}
