import type { Construct } from "constructs";
import { ScheduledJob, type ScheduledJobProps } from "../jobs/scheduled-job";
import { template } from "../templates";

export interface CommandJobProps extends Omit<ScheduledJobProps, "script" | "files" | "environment"> {
  /** Program and arguments, separated by spaces; its path is meant from the folder of the operator's scripts. */
  readonly command: string;
}

/** A program of the operator's command that runs by schedule. */
export class CommandJob extends ScheduledJob {
  constructor(scope: Construct, id: string, { command, ...props }: CommandJobProps) {
    super(scope, id, {
      ...props,
      script: template("backup/scheduled.sh"),
      environment: { COMMAND: `${props.runner.layout.deploy("scripts")}/${command}` },
    });
  }
}
