/** How one service runs from its source. */
export interface ServiceSource {
  /** Folder, under the source. @default apps/<service> */
  readonly folder?: string;
  /** Command that starts it there and watches its files. @default npm run dev, a script of the folder's package.json */
  readonly command?: readonly string[];
}

/** What a team, or one developer, may set for development. */
export interface DevelopmentSettings {
  /**
   * Folder of the application, relative to this repository. `--source` and EMAINTENANCE_SOURCE win.
   * @default ../Emaintenance if it exists, else the sample application, rehearsal/app
   */
  readonly source?: string;
  /** Each service's place in the source, and its command, by the service's name. @default as for ServiceSource */
  readonly services?: Readonly<Record<string, ServiceSource>>;
  /** Command that installs the packages of the lock file, in the source. @default npm ci */
  readonly install?: readonly string[];
  /** Folders under the source that hold what programs make, one volume each. @default apps/web/.next */
  readonly derived?: readonly string[];
  /** Image with Node.js and npm in which services run. @default node:24-bookworm */
  readonly nodeImage?: string;
  /** Run only the database and the cache. @default everything */
  readonly only?: "infrastructure";
  /** Services that run on the machine itself, under the developer's own editor; the gateway leads there. @default none */
  readonly onHost?: readonly string[];
  /** Name of this system where several run at the same time; it goes into every name. @default none: the usual names */
  readonly instance?: string;
  /** Added to every port of the machine. @default 0 */
  readonly portOffset?: number;
  /** Look at files again and again, where changes of the machine's files are not announced in containers. @default false */
  readonly polling?: boolean;
  /**
   * Ask for health every second or half second while a container starts; needs Docker Engine 25 (API 1.44).
   * @default false: every two seconds, always
   */
  readonly startInterval?: boolean;
}
