import { Resource } from "@cdktf/provider-null/lib/resource";
import { AssetType, TerraformAsset, type ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { join } from "node:path";
import type { TierContainer } from "../container/tier-container";
import { Naming } from "../naming";

export interface JobGateProps {
  readonly job: TierContainer;
  /** What the job does, for the message, for example "npm ci". */
  readonly what: string;
  /** Address of the Docker Engine; empty: the usual one. */
  readonly engine: string;
}

const SCRIPT = join(__dirname, "../../templates/local/await-job.sh");

/** Stops the deploy, with the job's last lines, when a job of the development system has failed. */
export class JobGate extends Construct {
  readonly resource: ITerraformDependable;

  constructor(scope: Construct, id: string, props: JobGateProps) {
    super(scope, id);
    const script = new TerraformAsset(this, "script", { path: SCRIPT, type: AssetType.FILE });
    const gate = new Resource(this, "gate", {
      triggers: { job: props.job.resource.id },
      provisioners: [
        {
          type: "local-exec",
          command: `bash ${script.path}`,
          environment: {
            CONTAINER: props.job.resource.name,
            WHAT: props.what,
            DOCKER_HOST: props.engine,
          },
        },
      ],
    });
    gate.overrideLogicalId(Naming.terraformId(id));
    this.resource = gate;
  }
}
