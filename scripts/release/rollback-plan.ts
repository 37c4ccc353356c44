import { Naming } from "../../constructs/naming";
import type { Deployment, Say } from "./deployment";
import { pinsOf } from "./pins";
import { readStack, type ReleaseRecord } from "./records";

/** The rollback to a release: its own stack as it was deployed, with exactly its images. */
export interface RollbackPlan {
  readonly record: ReleaseRecord;
  readonly valueFiles: readonly string[];
  readonly pin: Readonly<Record<string, unknown>>;
  /** Whether anything differs from it now. */
  readonly changes: boolean;
  /** The plan in Terraform's words. */
  readonly text: string;
}

/**
 * Puts the stack of a release, with the files next to it, in place of the one that was synthesised, and plans it. State,
 * variables and secrets are those of the deployment now. The next synthesis, by any command, puts the folder's own stack back.
 */
export async function planRollback(deployment: Deployment, record: ReleaseRecord): Promise<RollbackPlan> {
  const { workspace, terraform, host } = deployment;
  const [stack, inState, ids] = await Promise.all([
    readStack(host, record),
    terraform.imagesInState(),
    deployment.imageIds(record),
  ]);
  await workspace.writeStack(stack);
  await terraform.init();
  const pin = { RELEASE: record.release, IMAGES: pinsOf(record, inState, (reference) => ids.get(reference)) };
  const valueFiles = await deployment.values(pin);
  const { changes, text } = await terraform.plan(valueFiles);
  return { record, valueFiles, pin, changes, text };
}

/**
 * Applies the plan, and checks afterwards whether the host is as the release wants it.
 * @returns whether nothing differs any more
 * @throws TerraformFailure if the rollback fails
 */
export async function applyRollback(
  deployment: Deployment,
  rollback: RollbackPlan,
  say: Say,
): Promise<boolean> {
  const { workspace, terraform } = deployment;
  if (rollback.changes) {
    if (rollback.record.serving) await rememberImages(deployment, rollback);
    await terraform.apply();
  }
  await workspace.writePin(rollback.pin);
  const { changes, text } = await terraform.plan(rollback.valueFiles);
  say(
    changes
      ? `the diff of ${rollback.record.name} is NOT empty:\n${text}`
      : `the diff of ${rollback.record.name} is empty: host, state and release agree`,
  );
  return !changes;
}

/**
 * If the containers of the release still serve, a failed release may have replaced some of its images in the state. Once the
 * state has the former images again, Terraform sees that no container needs to be replaced, a database's neither.
 */
async function rememberImages(
  { terraform }: Deployment,
  { record, valueFiles }: RollbackPlan,
): Promise<void> {
  const images = Object.keys(record.images).map((service) => `docker_image.${Naming.terraformId(service)}`);
  const { changes } = await terraform.plan(valueFiles, images);
  if (changes) await terraform.apply();
  await terraform.plan(valueFiles);
}
