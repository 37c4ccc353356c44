import { chownSync, mkdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { knownContainers, type ListedContainer, listContainers } from "./containers";
import { takenPorts } from "./ports";
import type { System } from "./system";

/** Everything that would keep the system from starting, one sentence each; nothing was changed. */
export async function findProblems(directory: string, system: System): Promise<string[]> {
  const containers = await listContainers();
  const own = new Set(system.services.keys());
  const foreign = foreignContainers(containers, own, await knownContainers(directory));
  return [...system.problems, ...foreign, ...(await takenPorts(system.ports, containers, own))];
}

/** Containers with the system's names that this clone did not make: Docker would refuse this clone's. */
function foreignContainers(
  containers: readonly ListedContainer[],
  own: ReadonlySet<string>,
  known: ReadonlySet<string>,
): string[] {
  return containers
    .filter(({ id, name }) => own.has(name) && !known.has(id))
    .map(
      ({ name }) =>
        `a container ${name} is there already, and this clone did not make it: remove it (\`docker rm -f ${name}\`), or start a second system with \`npm run dev -- --name trial --port-offset 1000\``,
    );
}

/**
 * Makes the folders of the source on which volumes are mounted: Docker would make them as root.
 * @param folders relative to the source
 */
export function makeMountPoints(source: string, folders: readonly string[]): void {
  for (const folder of folders) {
    const path = join(source, folder);
    const first = mkdirSync(path, { recursive: true });
    if (first === undefined || process.getuid?.() !== 0) continue;
    const { uid, gid } = statSync(source);
    for (let made = path; made !== dirname(first); made = dirname(made)) chownSync(made, uid, gid);
  }
}
