import { existsSync } from "node:fs";
import { confirmed } from "../release/confirm";
import { Deployment, type Say } from "../release/deployment";
import { inWords } from "../release/diagnosis";
import { Terraform, TerraformFailure } from "../../lib/terraform/terraform";
import { verifyDeployment } from "../release/verify";
import { Workspace, type Values } from "../../lib/terraform/workspace";
import type { Options } from "./options";
import { planInWords } from "./plan";
import {
  endProgress,
  type Progress,
  readProgress,
  retireState,
  stateOfLostHost,
  writeProgress,
} from "./progress";
import { copySource, fetchCopy, folderSource, type Source } from "./source";
import { clearUnknown, type Look, lookAt, operate } from "./target";

const BOOTSTRAP = "bootstrap";

/** Hours that the restore of the largest database may take. */
const RESTORE_SECONDS = 24 * 3600;

/** `npm run restore`: the whole system on an empty VM. Returns the exit code. */
export async function restore(options: Options, start: string, say: Say): Promise<number> {
  const deployment = await Deployment.open(start, options.stack, say);
  const { workspace, settings } = deployment;
  const before = await readProgress(workspace);
  const source = await sourceOf(options, before, start, deployment);
  // A backup that is named is restored alone.
  const named = options.set !== undefined || options.from !== undefined;
  const later = named ? [] : (before?.later ?? source.later);
  const look = await lookAt(deployment, source.manifest.set);
  const again = before?.machine === look.machine ? before : undefined;
  if (!again) refuseUnlessEmpty(look, settings.address);

  const bootstrap = Workspace.containing(start, BOOTSTRAP);
  const stacks = [...(existsSync(bootstrap.stackFile) ? [BOOTSTRAP] : []), options.stack];
  const begun = again ?? {
    machine: look.machine,
    address: settings.address,
    began: new Date().toISOString(),
    aside: await stateOfLostHost(workspace, stacks, new Date()),
  };
  const progress: Progress = { ...begun, set: source.manifest.set, from: source.folder, later };
  say(
    planInWords({
      source,
      look,
      deployment,
      stacks,
      progress: again ? { ...progress, aside: [] } : progress,
      again: again !== undefined,
      pin: await workspace.pin(),
    }),
  );
  if (options.dryRun) return 0;
  if (!(await confirmed(`Restore ${source.manifest.set} on ${settings.address}?`, options.yes))) {
    say("nothing was changed");
    return 1;
  }

  await writeProgress(workspace, progress);
  await retireState(workspace, progress.aside);
  if (!again) for (const [file, name] of progress.aside) say(`retired: ${file} is now ${name}`);
  const clock = new Clock(say);
  let { restored } = look;
  if (look.killed) {
    await operate(deployment, ["restore", "--recover"], RESTORE_SECONDS, say);
    ({ restored } = await lookAt(deployment, source.manifest.set));
  }
  if (stacks.includes(BOOTSTRAP)) await clock.time("bootstrap", () => applyBootstrap(bootstrap, say));
  // A login that bootstrap has let use Docker may do so from its next connection on.
  await deployment.host.disconnect();
  if (restored) {
    say(`${source.manifest.set} was restored there already`);
  } else {
    if (again) await clearUnknown(deployment);
    const without = { VERIFY_USERNAME: "", VERIFY_PASSWORD: "" };
    await clock.time(`deploy ${options.stack}`, () => apply(deployment, without));
    await clock.time("bring the backup", () => source.bring(say));
    const words = ["restore", "full", source.manifest.set, "--yes", "--without-safety-dump"];
    await clock.time("restore", () => operate(deployment, words, RESTORE_SECONDS, say));
  }
  for (const { set, what } of later) {
    if ((await lookAt(deployment, set, what)).restored) {
      say(`the ${what} of ${set} was restored there already`);
      continue;
    }
    await clock.time(`bring ${set}`, () => fetchCopy(set, deployment, say));
    // Users may have been here since the full backup was restored: what they wrote is saved first.
    const words = ["restore", what, set, "--yes"];
    await clock.time(`restore ${what}`, () => operate(deployment, words, RESTORE_SECONDS, say));
  }
  // Now the account is there with which each deploy checks the system.
  if (await deployment.terraform.evaluate<boolean>('var.VERIFY_USERNAME != ""', workspace.valueFiles)) {
    await clock.time(`deploy ${options.stack}, with all checks`, () => apply(deployment, {}));
  }
  const verified = await clock.time("verify", () => verifyDeployment(deployment, { json: false }));
  if (verified !== 0) {
    say(
      `the backup is restored, and the system at ${settings.url} does not do what its users need: see above`,
    );
    return 1;
  }
  await endProgress(workspace);
  say(
    `${[source.manifest.set, ...later.map(({ set }) => set)].join(", then ")} is restored on ${settings.address}, and verified at ${settings.url}, ${clock.total}`,
  );
  return 0;
}

/** A restore that has begun continues with its backup, unless the operator names another one. */
function sourceOf(
  { set, from }: Options,
  before: Progress | undefined,
  start: string,
  deployment: Deployment,
): Promise<Source> {
  const folder = from ?? (set === undefined ? before?.from : undefined);
  if (folder !== undefined) return folderSource(folder, start, deployment);
  return copySource(set ?? before?.set, deployment);
}

function refuseUnlessEmpty({ found }: Look, address: string): void {
  if (found === undefined) return;
  throw new Error(
    `${address} is not empty: it has ${found}. Expected a VM without E-Maintenance. ` +
      "Set SERVER_IP to a new one; on a host that exists, restore there: emaintenance restore full.",
  );
}

async function applyBootstrap(workspace: Workspace, say: Say): Promise<void> {
  const terraform = new Terraform(workspace, say);
  await terraform.init();
  const plan = await terraform.plan(workspace.valueFiles);
  if (plan.changes) await terraform.apply();
}

async function apply(deployment: Deployment, own: Values): Promise<void> {
  const { terraform, workspace } = deployment;
  const plan = await terraform.plan(await deployment.values({ ...(await workspace.pin()), ...own }));
  if (!plan.changes) return;
  try {
    await terraform.apply();
  } catch (error) {
    if (!(error instanceof TerraformFailure) || error.interrupted) throw error;
    throw new Error(`${error.message}\n${inWords(await deployment.diagnosis(error))}`);
  }
}

/** Says what each step takes: the measured time to recovery. */
class Clock {
  private readonly began = Date.now();
  private readonly parts: string[] = [];

  constructor(private readonly say: Say) {}

  async time<T>(step: string, work: () => Promise<T>): Promise<T> {
    const began = Date.now();
    this.say(`${step}:`);
    const result = await work();
    this.parts.push(`${step} ${seconds(began)}`);
    return result;
  }

  get total(): string {
    return `in ${seconds(this.began)}: ${this.parts.join("; ")}`;
  }
}

const seconds = (since: number): string => `${Math.round((Date.now() - since) / 1000)} s`;
