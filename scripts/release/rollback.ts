import { confirmed } from "./confirm";
import { Deployment, type Say } from "./deployment";
import { inWords } from "./diagnosis";
import type { Options } from "./options";
import { chooseRelease, readRecords } from "./records";
import { applyRollback, planRollback } from "./rollback-plan";
import { TerraformFailure, wasInterrupted } from "../../lib/terraform/terraform";

/** `npm run rollback`: rolls back to an earlier release. Returns the exit code. */
export async function rollback(options: Options, start: string, say: Say): Promise<number> {
  const deployment = await Deployment.open(start, options.stack, say);
  const { host, settings } = deployment;
  const incomplete = !(await host.isComplete());
  const record = chooseRelease(await readRecords(host), { name: options.words[0], incomplete });
  const plan = await planRollback(deployment, record);
  if (!plan.changes) {
    await deployment.workspace.writePin(plan.pin);
    say(`nothing to do: ${record.name} is what ${settings.address} has`);
    return 0;
  }
  say(plan.text.trim());
  if (
    !(await confirmed(
      `Roll back to release ${record.name} (${record.ended}) on ${settings.address}?`,
      options.yes,
    ))
  ) {
    say("nothing was changed");
    return 1;
  }
  try {
    if (!(await applyRollback(deployment, plan, say))) return 3;
  } catch (error) {
    if (!(error instanceof TerraformFailure)) throw error;
    if (error.interrupted || wasInterrupted()) {
      say(`interrupted: ${record.name} is in use in part. To go on: npm run rollback -- prod ${record.name}`);
      return 130;
    }
    say(`\nthe rollback to ${record.name} has failed:\n${error.message}\n`);
    const diagnosis = await deployment.diagnosis(error);
    say(inWords(diagnosis));
    if (diagnosis.cause !== "lock") return 3;
    say("nothing was changed");
    return 1;
  }
  say(`${record.name} serves at ${settings.url}`);
  return 0;
}
