import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { confirmed } from "./confirm";
import { Deployment, type Say } from "./deployment";
import { inWords } from "./diagnosis";
import type { Options } from "./options";
import { readRecords, type ReleaseRecord } from "./records";
import { releaseName } from "./release-name";
import { applyRollback, planRollback } from "./rollback-plan";
import { TerraformFailure, wasInterrupted } from "../../lib/terraform/terraform";

/** `npm run release`: deploys, and rolls back to the last good release if that fails. Returns the exit code. */
export async function release(options: Options, start: string, say: Say): Promise<number> {
  const deployment = await Deployment.open(start, options.stack, say);
  const { workspace, terraform, host, settings } = deployment;
  const name = options.release ?? (await releaseName(workspace.directory));
  const records = await readRecords(host);
  const lastGood = records.find(({ current }) => current);
  say(
    `in use on ${settings.address}: ${lastGood ? `${lastGood.name}, since ${lastGood.ended}` : "no release yet"}`,
  );

  const images = options.images ? await imagesOf(resolve(start, options.images)) : undefined;
  const pin = { RELEASE: name, ...(images && { IMAGES: { ...settings.images, ...images } }) };
  const plan = await terraform.plan(await deployment.values(pin));
  if (!plan.changes) {
    await workspace.writePin(pin);
    say(`nothing to do: ${name} is what ${settings.address} has`);
    return 0;
  }
  say(plan.text.trim());
  if (!(await confirmed(`Deploy release ${name} to ${settings.address}?`, options.yes))) {
    say("nothing was changed");
    return 1;
  }

  try {
    await terraform.apply();
  } catch (error) {
    if (!(error instanceof TerraformFailure)) throw error;
    return afterFailure(deployment, name, lastGood, error, say);
  }
  await workspace.writePin(pin);
  say(`release ${name} serves at ${settings.url}. To roll back: npm run rollback -- ${options.stack}`);
  return 0;
}

/** Prints the reason, and rolls back to the last good release. Returns the exit code. */
async function afterFailure(
  deployment: Deployment,
  name: string,
  lastGood: ReleaseRecord | undefined,
  failure: TerraformFailure,
  say: Say,
): Promise<number> {
  if (failure.interrupted || wasInterrupted()) {
    say(
      `interrupted: release ${name} is deployed in part. To go on: npm run release -- prod; to roll back: npm run rollback -- prod`,
    );
    return 130;
  }
  say(`\nrelease ${name} has failed:\n${failure.message}\n`);
  const diagnosis = await deployment.diagnosis(failure);
  say(`${inWords(diagnosis)}\n`);
  if (diagnosis.cause === "lock") {
    say("nothing was changed");
    return 1;
  }
  await deployment.recordFailure(name, diagnosis.what).catch((error: unknown) => {
    say(`(it could not be written down on the host: ${(error as Error).message})`);
  });
  if (!lastGood) {
    say("there is no good release to roll back to yet: fix the cause and release again");
    return 1;
  }
  return automaticRollback(deployment, lastGood, say);
}

/** The rollback after a failure, without a question to the operator. */
async function automaticRollback(deployment: Deployment, record: ReleaseRecord, say: Say): Promise<number> {
  say(`rolling back to ${record.name}`);
  try {
    // What serves now may still be that release: nothing of the failed one came into use.
    const now = (await readRecords(deployment.host)).find(
      // A release that was tried again under the same name has a record of its failure too.
      ({ name, result }) => result === "good" && name === record.name,
    );
    const plan = await planRollback(deployment, now ?? record);
    const agrees = await applyRollback(deployment, plan, say);
    if (!agrees) return 3;
  } catch (error) {
    say(
      `\nTHE ROLLBACK TO ${record.name} HAS FAILED TOO:\n${(error as Error).message}\n` +
        `Check the host now (emaintenance status). To try again: npm run rollback -- prod ${record.name}. ` +
        'To show visitors a page meanwhile: npm run maintenance -- prod on "Back soon."',
    );
    return 3;
  }
  say(`${record.name} serves again at ${deployment.settings.url}; the release has failed`);
  return 1;
}

async function imagesOf(path: string): Promise<Record<string, string>> {
  let images: unknown;
  try {
    images = JSON.parse(await readFile(path, "utf8"));
  } catch (error) {
    throw new Error(`--images ${path} cannot be read as JSON: ${(error as Error).message}`);
  }
  const references = Object.entries(images as object);
  if (references.length === 0 || references.some(([, reference]) => typeof reference !== "string")) {
    throw new Error(
      `--images ${path} is no map of references: expected {"web": "registry.example.com/web:1.4.0"}`,
    );
  }
  return Object.fromEntries(references);
}
