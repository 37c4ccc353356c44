import type { Deployment } from "../release/deployment";
import type { Values } from "../../lib/terraform/workspace";
import { begun, type LaterBackup } from "./later";
import { bytesOf } from "./manifest";
import type { Progress } from "./progress";
import type { Source } from "./source";
import type { Look } from "./target";

export interface Plan {
  readonly source: Source;
  readonly look: Look;
  readonly deployment: Deployment;
  readonly stacks: readonly string[];
  readonly progress: Progress;
  /** Whether this restore has begun before. */
  readonly again: boolean;
  /** What the deployment's folder says is in use. */
  readonly pin: Values | undefined;
}

/** What is going to happen, for the one who is asked. */
export function planInWords({ source, look, deployment, stacks, progress, again, pin }: Plan): string {
  const { set, release, window } = source.manifest;
  const { address, url } = deployment.settings;
  const from = window.from;
  const steps = [
    ...progress.aside.map(
      ([file, name]) => `retires Terraform's state of the lost host: ${file} becomes ${name}`,
    ),
    ...stacks.map((stack) => `deploys ${stack} to ${address}`),
    `brings ${set} there, ${source.way}`,
    "restores it there: roles, databases, uploaded files, sessions",
    ...progress.later.map(
      ({ set, what }) =>
        `brings ${set}, which is newer, and restores the ${what} of it` +
        (what === "database" ? "; what is written until then is saved first" : ""),
    ),
    `verifies the system, there and at ${url}`,
  ];
  return [
    `restore ${set}: of ${from}, ${age(from)} ago, release ${release}, ${inWords(bytesOf(source.manifest))}, from ${source.place}`,
    again
      ? `on ${address} (${look.system}), where it has begun at ${progress.began}`
      : `on ${address} (${look.system}), which is empty`,
    ...steps.map((step, index) => `  ${index + 1}. ${step}`),
    ...otherRelease(release, pin),
    ...lost(from, progress.later),
  ].join("\n");
}

/** In words: what does not come back. */
function lost(from: string, later: Progress["later"]): string[] {
  const since = (what: LaterBackup["what"]) => {
    const set = later.find((one) => one.what === what)?.set;
    return set === undefined ? from : begun(set);
  };
  const [rows, files] = [since("database"), since("uploads")];
  if (rows === files) return [`What was written after ${from} is not in it.`];
  return [`Rows that were written after ${rows}, and files uploaded after ${files}, are not in it.`];
}

function otherRelease(release: string, pin: Values | undefined): string[] {
  const deployed = pin?.RELEASE;
  if (typeof deployed !== "string" || deployed === release) return [];
  return [
    `The backup was made by release ${release}, and ${deployed} is deployed: its migrations run on the restored database.`,
  ];
}

function age(time: string): string {
  const minutes = Math.max(0, Math.round((Date.now() - Date.parse(time)) / 60_000));
  if (minutes < 120) return `${minutes} min`;
  return minutes < 2 * 24 * 60 ? `${Math.round(minutes / 60)} h` : `${Math.round(minutes / (24 * 60))} days`;
}

const UNITS = ["bytes", "KiB", "MiB", "GiB"];

function inWords(bytes: number): string {
  const step = Math.min(UNITS.length - 1, bytes < 1 ? 0 : Math.floor(Math.log2(bytes) / 10));
  return `${Math.round(bytes / 1024 ** step)} ${UNITS[step]}`;
}
