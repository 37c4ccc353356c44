import { repository } from "../../lib/paths";

/** The name of a rehearsal when none is given. */
export const DEFAULT_NAME = "default";

/** The label that all of a rehearsal's containers, networks and volumes carry on the outer engine. */
export const LABEL = "emaintenance.rehearsal";

/** Says to which clone of the repository they belong. */
export const FOLDER_LABEL = "emaintenance.rehearsal.folder";

/** Names of folders that no rehearsal may have. */
const RESERVED = new Set(["engine", "locks", "plugins"]);

/** `emaintenance.rehearsal=<name>` */
export function labelOf(rehearsal: string): string {
  return `${LABEL}=${rehearsal}`;
}

/** The options of `docker … create` that label something as a rehearsal's of this clone. */
export function labelOptions(rehearsal: string): string[] {
  return ["--label", labelOf(rehearsal), "--label", `${FOLDER_LABEL}=${repository}`];
}

/** What the outer engine calls the parts of a rehearsal. */
export function partsOf(rehearsal: string): { container: string; network: string; volume: string } {
  const container = `emaintenance-rehearsal-${rehearsal}`;
  return { container, network: container, volume: `${container}-docker` };
}

/** @throws Error where the name could not be part of a container's and a host's name */
export function checkName(name: string): string {
  if (!/^[a-z0-9]([a-z0-9-]{0,29}[a-z0-9])?$/.test(name)) {
    throw new Error(
      `"${name}" cannot name a rehearsal: use 1 to 31 lowercase letters, digits and hyphens, with no hyphen at either end`,
    );
  }
  if (RESERVED.has(name))
    throw new Error(`"${name}" cannot name a rehearsal: the folder .rehearsal/${name} has another use`);
  return name;
}
