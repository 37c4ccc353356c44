import type { Resource } from "@cdktf/provider-null/lib/resource";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { z } from "zod";
import { renderTemplate, template } from "../templates";
import type { Schedule } from "../values/schedule";
import { timeZone } from "../values/time-zone";
import { validateProps } from "../values/validate";
import { HostComponent } from "../ssh/host-component";
import type { JobRunner } from "./job-runner";

export interface ScheduledJobProps {
  readonly runner: JobRunner;
  /** Name of the job, for example `image-clean-up`; its unit, its log and its record are called after it. */
  readonly job: string;
  /** What it does, in a few words for a list. */
  readonly description: string;
  readonly schedule: Schedule;
  /** Time zone in which times of day are meant. @default UTC */
  readonly timeZone?: string;
  /** A bash script, run as root. Its last line of output becomes the message of the record. */
  readonly script: string;
  /** Files that the script finds in its own folder, by name. Those that end in `.sh` are programs. @default none */
  readonly files?: Readonly<Record<string, string>>;
  /** Values that the script finds in its environment. @default none */
  readonly environment?: Readonly<Record<string, string>>;
  /** Seconds after which a run is ended. @default 3600 */
  readonly timeoutSeconds?: number;
  /** What must be there first, in addition to the runner. @default nothing */
  readonly after?: readonly ITerraformDependable[];
}

/** The script itself, among the files of its folder. */
const PROGRAM = "run.sh";

const checkedProps = z.object({
  job: z.string().regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, "expected lower case words, such as image-clean-up"),
  description: z.string().regex(/^[^%\\\n]+$/, "expected one line without % and \\"),
  timeZone,
  timeoutSeconds: z.int("expected whole seconds").min(1, "expected at least 1 second").max(86_400),
  environment: z.record(
    z.string().regex(/^[A-Z][A-Z0-9_]*$/, "expected a name such as KEEP_DAYS"),
    z.string().regex(/^[^\n]*$/, "expected a text without line breaks"),
  ),
});

/**
 * A script that runs on the host at set times: never twice at once, within a time limit, with a log, a record of its end
 * and an alert when it fails. A systemd timer starts it, see docs/decisions/005-timers-instead-of-cron.md.
 */
export class ScheduledJob extends Construct {
  readonly resource: Resource;

  constructor(scope: Construct, id: string, props: ScheduledJobProps) {
    super(scope, id);
    const { runner, schedule } = props;
    const given = { timeZone: "UTC", timeoutSeconds: 3600, environment: {}, ...defined(props) };
    const { job, description, timeoutSeconds, ...checked } = validateProps(this, checkedProps, given);
    const scripts = { [PROGRAM]: props.script, ...props.files };

    const files = {
      ...scripts,
      "job.service": renderTemplate("jobs/job.service.eta", {
        job,
        description,
        timeoutSeconds,
        environment: Object.entries(checked.environment).map(([name, value]) => assignment(name, value)),
        runJob: runner.command,
        program: `${runner.folder(job)}/${PROGRAM}`,
      }),
      "job.timer": renderTemplate("jobs/job.timer.eta", {
        description,
        timer: schedule.timer(checked.timeZone),
        inWords: schedule.inWords(checked.timeZone),
      }),
    };
    this.resource = runner.add(job, (inTurnAfter) => {
      const component = new HostComponent(this, job, {
        connection: runner.connection,
        layout: runner.layout,
        files,
        apply: template("jobs/install-job.sh"),
        remove: template("jobs/remove-job.sh"),
        environment: { FOLDER: runner.folder(job), FILES: Object.keys(scripts).join(" ") },
        after: [runner.resource, ...(props.after ?? [])],
        inTurnAfter,
      });
      return component.resource;
    });
  }
}

/** An assignment inside the double quotes of a unit file, where % and \ have a meaning. Source: systemd.syntax(7). */
function assignment(name: string, value: string): string {
  return `${name}=${value.replace(/[\\"]/g, "\\$&").replace(/%/g, "%%")}`;
}

/** Props that are there but undefined, as those that are not there. */
function defined<T extends object>(props: T): Partial<T> {
  return Object.fromEntries(Object.entries(props).filter(([, value]) => value !== undefined)) as Partial<T>;
}
