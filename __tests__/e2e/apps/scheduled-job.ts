import { App } from "cdktf";
import { ScheduledJob } from "../../../constructs/jobs/scheduled-job";
import { keepPrivate } from "../../../constructs/private-files";
import { ProductionStack } from "../../../constructs/production/production-stack";
import { CronSchedule } from "../../../constructs/values/cron-schedule";

/** The production stack with a job of a team's own. Its time is outside the tests. */
const app = new App();
const stack = new ProductionStack(app, "prod");
new ScheduledJob(stack, "trial", {
  runner: stack.hostComponents.jobRunner,
  job: "trial",
  description: "job of a test",
  schedule: CronSchedule.parse("0 0 1 jan *"),
  timeZone: "Asia/Shanghai",
  timeoutSeconds: 5,
  environment: { WORD: "100 %" },
  script: `#!/usr/bin/env bash
set -euo pipefail
echo "$WORD of $(date -u -d @0 +%Y) on $PATH"
[ ! -e /run/trial-hangs ] || sleep 60
[ ! -e /run/trial-fails ]
`,
});
keepPrivate(process.cwd(), app.outdir, ["prod"]);
app.synth();
