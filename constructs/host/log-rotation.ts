import type { Resource } from "@cdktf/provider-null/lib/resource";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { z } from "zod";
import { Naming } from "../naming";
import { ServiceCatalogue } from "../services/service-catalogue";
import { renderTemplate, template } from "../templates";
import { PauseSchedule } from "../values/pause-schedule";
import { DEFAULT_SERVICE_UID } from "../values/service-uid";
import { validateProps } from "../values/validate";
import type { HostLayout } from "../ssh/host-layout";
import type { JobRunner } from "../jobs/job-runner";
import { ScheduledJob } from "../jobs/scheduled-job";

/** What determines how much room log files take. Defaults: deployment document, 8.2. */
export interface LogLimits {
  /** Size in MiB above which a log file is rotated. @default 10 */
  readonly sizeMiB?: number;
  /** Rotated files that are kept of each log, compressed. @default 3 */
  readonly keep?: number;
  /** Seconds between two looks at the files: what comes in meanwhile is on top of their size. @default 15 */
  readonly everySeconds?: number;
  /** Keeps rotated files longer than `keep` of them. @default they are removed */
  readonly archive?: LogArchive;
}

export interface LogArchive {
  /** Days that a file stays in it. */
  readonly days: number;
  /** Size of all of it in MiB; the oldest go first. */
  readonly maxMiB: number;
}

export interface LogRotationProps extends LogLimits {
  readonly runner: JobRunner;
  /** Services that write log files. @default those of the deployment document */
  readonly services?: ServiceCatalogue;
  /** User and group id of the services. @default 1001 */
  readonly serviceUid?: number;
  /** What must be there first, in addition to the runner: the folders. @default nothing */
  readonly after?: readonly ITerraformDependable[];
}

/** The most that logs take on the host, in MiB. */
export interface LogBound {
  /** Log files of the services, of the gateway and of the jobs, rotated ones included. */
  readonly filesMiB: number;
  readonly archiveMiB: number;
  /** What Docker keeps of the containers' output. */
  readonly dockerMiB: number;
  /** What can come in before the next look has ended, and once more while it is copied. */
  readonly inflowMiB: number;
  readonly totalMiB: number;
}

/** Who writes into a folder of log files, and how its files are let go of. */
interface LogSet {
  readonly folder: string;
  /** Folder of the archive for it. */
  readonly archive: string;
  /** Signal on which the program in `container` opens its files again. @default its files are shortened in place */
  readonly signal?: string;
  readonly container?: string;
  /** Whom the folder belongs to: logrotate works as that user there. */
  readonly owner: "root" | "services";
}

const MIB = 1024 * 1024;

/** Log files that one program writes at a time: Nginx has two, a service one or, with a file for errors, two. */
const FILES_PER_FOLDER = 2;

/** What Docker keeps of the output of one container: json-file, 10m times 3. */
const DOCKER_MIB = 30;

const limits = z.object({
  sizeMiB: z.int("expected whole MiB").min(1).max(1024),
  keep: z.int("expected a whole number").min(1).max(100),
  everySeconds: z.int("expected whole seconds").min(1).max(3600),
  archive: z
    .object({ days: z.int("expected whole days").min(1), maxMiB: z.int("expected whole MiB").min(1) })
    .optional(),
});

type CheckedLimits = z.infer<typeof limits>;

/**
 * Rotates the log files under logs/ by their size, without losing a line: Nginx opens its files again, of all others what
 * has been copied is cut off the beginning. See docs/logs.md.
 */
export class LogRotation extends Construct {
  readonly resource: Resource;

  constructor(scope: Construct, id: string, props: LogRotationProps) {
    super(scope, id);
    const { runner, services = ServiceCatalogue.builtIn, serviceUid = DEFAULT_SERVICE_UID } = props;
    const checked = validateProps(this, limits, withDefaults(props));
    const { archive } = checked;

    this.resource = new ScheduledJob(this, "job", {
      runner,
      job: "log-rotation",
      description: "rotation of the log files",
      schedule: PauseSchedule.ofSeconds(checked.everySeconds),
      script: template("logrotate/run.sh"),
      files: {
        "logrotate-root.conf": configuration("root", "root", checked, runner, services),
        [`logrotate-${serviceUid}.conf`]: configuration(
          "services",
          `${serviceUid}`,
          checked,
          runner,
          services,
        ),
        "shorten.sh": template("logrotate/shorten.sh"),
        "reopen.sh": template("logrotate/reopen.sh"),
        "archive.sh": template("logrotate/archive.sh"),
        "untrusted.sh": template("shared/untrusted.sh"),
      },
      environment: {
        LOGS: `${runner.layout.root}/logs`,
        SIZE_BYTES: String(checked.sizeMiB * MIB),
        FOLDER_BYTES: String(rotatedMiB(checked) * MIB),
        ARCHIVE_DAYS: String(archive?.days ?? 0),
        ARCHIVE_BYTES: String((archive?.maxMiB ?? 0) * MIB),
      },
      timeoutSeconds: 900,
      after: props.after,
    }).resource;
  }
}

/**
 * The most that logs take on the host, with everything there is: every log at its size, every rotated file as large as
 * one that could not be compressed.
 *
 * @param inflowMiBPerSecond how fast all programs together write. A look every few seconds is as near as one comes to a
 *   bound that knows no speed.
 * @param services those that write logs, in one container each
 */
export function logBound(
  props: LogLimits = {},
  inflowMiBPerSecond = 0,
  services = ServiceCatalogue.builtIn,
): LogBound {
  const checked = withDefaults(props);
  // In addition to the folders of services and the gateway, that of the jobs.
  const folders = services.inStartOrder.filter(({ logs }) => logs).length + 1;
  const filesMiB = folders * (FILES_PER_FOLDER * checked.sizeMiB + rotatedMiB(checked));
  const archiveMiB = checked.archive?.maxMiB ?? 0;
  // In addition to the services, the migration, whose container stays.
  const dockerMiB = (services.names.length + 1) * DOCKER_MIB;
  const inflowMiB = 2 * checked.everySeconds * inflowMiBPerSecond;
  return {
    filesMiB,
    archiveMiB,
    dockerMiB,
    inflowMiB,
    totalMiB: filesMiB + archiveMiB + dockerMiB + inflowMiB,
  };
}

/** Bound of the rotated files of one folder. */
const rotatedMiB = ({ sizeMiB, keep }: CheckedLimits): number => FILES_PER_FOLDER * sizeMiB * keep;

function withDefaults({ sizeMiB = 10, keep = 3, everySeconds = 15, archive }: LogLimits): CheckedLimits {
  return { sizeMiB, keep, everySeconds, archive };
}

/** What logrotate is told about the logs of one owner. */
function configuration(
  owner: LogSet["owner"],
  user: string,
  checked: CheckedLimits,
  runner: JobRunner,
  services: ServiceCatalogue,
): string {
  return renderTemplate("logrotate/logrotate.conf.eta", {
    owner: user,
    sizeBytes: checked.sizeMiB * MIB,
    keep: checked.keep,
    sets: logSets(runner.layout, services).filter((set) => set.owner === owner),
    scripts: runner.folder("log-rotation"),
    archive: checked.archive !== undefined,
  });
}

function logSets(layout: HostLayout, services: ServiceCatalogue): LogSet[] {
  const set = (name: string) => ({ folder: layout.logs(name), archive: layout.logs(`archive/${name}`) });
  return [
    ...services.api.flatMap(({ name, logs }): LogSet[] =>
      logs ? [{ ...set(name), owner: "services" }] : [],
    ),
    { ...set("nginx"), owner: "root", signal: "USR1", container: Naming.container("nginx") },
    { ...set("schedules"), owner: "root" },
  ];
}
