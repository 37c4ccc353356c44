import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { stateFile } from "../../constructs/state-path";
import { run } from "../../lib/run";
import { STACK } from "./working-directory";

/** A container as `docker ps` lists it. */
export interface ListedContainer {
  readonly id: string;
  readonly name: string;
  readonly running: boolean;
  /** Ports of the machine. */
  readonly ports: readonly number[];
}

/** All containers of the engine, including stopped ones. */
export async function listContainers(): Promise<ListedContainer[]> {
  const { stdout } = await run([
    ...["docker", "ps", "--all", "--no-trunc"],
    ...["--format", "{{.ID}}\t{{.Names}}\t{{.State}}\t{{.Ports}}"],
  ]);
  return stdout
    .split("\n")
    .filter(Boolean)
    .map((line) => {
      const [id = "", name = "", state = "", ports = ""] = line.split("\t");
      return { id, name, running: state === "running", ports: hostPorts(ports) };
    });
}

/** `127.0.0.1:3030->80/tcp, 0.0.0.0:8000-8001->8000-8001/tcp` as the numbers before the arrows. */
export function hostPorts(text: string): number[] {
  return [...text.matchAll(/:(\d+)(?:-(\d+))?->/g)].flatMap(([, first, last]) => {
    const from = Number(first);
    return Array.from({ length: Number(last ?? first) - from + 1 }, (_, index) => from + index);
  });
}

interface State {
  readonly resources?: readonly {
    readonly type: string;
    readonly instances: readonly { readonly attributes: { readonly id?: string } }[];
  }[];
}

/** Ids of the containers that Terraform knows as this system's. */
export async function knownContainers(directory: string): Promise<Set<string>> {
  const text = await readFile(join(directory, stateFile(STACK)), "utf8").catch(() => "");
  const { resources = [] } = (text.trim() === "" ? {} : JSON.parse(text)) as State;
  const containers = resources.filter(({ type }) => type === "docker_container");
  return new Set(
    containers.flatMap(({ instances }) => instances.flatMap(({ attributes }) => attributes.id ?? [])),
  );
}

/** Stops containers, all at once and as gently as each wants it, and removes them. */
export async function removeContainers(containers: readonly ListedContainer[]): Promise<void> {
  const ids = containers.map(({ id }) => id);
  if (ids.length === 0) return;
  await run(["docker", "stop", ...ids]);
  await run(["docker", "rm", ...ids]);
}
