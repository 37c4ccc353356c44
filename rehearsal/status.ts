import type { RehearsalStatus } from "./client";
import { gatewayUrl } from "./deployment/variables";
import { hostExec, hostStatus, loginLine } from "./host/host";
import { readRecord, recordedNames } from "./record";

export type Status = RehearsalStatus & { readonly addressIPv6: string; readonly running: boolean };

/** One container on a rehearsal's host. */
export interface ContainerRow {
  readonly name: string;
  readonly image: string;
  readonly status: string;
  readonly ports: string;
}

/** The rehearsal of a name, or undefined. */
export async function statusOf(name: string): Promise<Status | undefined> {
  const [record, host] = [await readRecord(name), await hostStatus(name)];
  if (!record || !host) return undefined;
  return { ...host, url: gatewayUrl(host), directory: record.directory, plugins: record.plugins };
}

/** All rehearsals of this clone. */
export async function allStatuses(): Promise<Status[]> {
  const statuses = [];
  for (const name of await recordedNames()) {
    const status = await statusOf(name);
    if (status) statuses.push(status);
  }
  return statuses;
}

/** Several lines for a person: where, how to log in, what runs. */
export async function describeStatus(status: Status): Promise<string> {
  const facts: [string, string][] = [
    ["host", `${status.container}, ${status.running ? "running" : "stopped: npm run rehearse starts it"}`],
    ["address", `${status.address}, ${status.addressIPv6} (network ${status.network})`],
    ["URL", status.url],
    ["log in", loginLine(status)],
    ["state", status.directory],
    ["plugins", status.plugins === "" ? "nothing was deployed yet" : status.plugins],
  ];
  const lines = facts.map(([name, value]) => `  ${name.padEnd(8)} ${value}`);
  const rows = status.running ? await containers(status.name) : [];
  return [`rehearsal ${status.name}`, ...lines, "", containerTable(rows)].join("\n");
}

/** The containers on a rehearsal's host, in the order of their names. */
export async function containers(name: string): Promise<ContainerRow[]> {
  const format = "{{.Names}}\t{{.Image}}\t{{.Status}}\t{{.Ports}}";
  const { stdout } = await hostExec(name, `docker ps --all --format '${format}'`, { allowFailure: true });
  const names = await imageNames(name);
  return stdout
    .split("\n")
    .filter(Boolean)
    .map((line) => {
      const [container = "", image = "", status = "", ports = ""] = line.split("\t");
      return { name: container, image: names.get(image) ?? image, status, ports };
    })
    .sort((a, b) => a.name.localeCompare(b.name));
}

/** Names of the images on the host by their short identity, for a container that was made from the identity shows only that. */
async function imageNames(name: string): Promise<Map<string, string>> {
  const format = "{{.ID}}\t{{.Repository}}:{{.Tag}}";
  const { stdout } = await hostExec(name, `docker image ls --format '${format}'`, { allowFailure: true });
  const pairs = stdout.split("\n").flatMap((line): [string, string][] => {
    const [id, reference] = line.split("\t");
    return id && reference && !reference.includes("<none>") ? [[id, reference]] : [];
  });
  return new Map(pairs);
}

/** A table for a person. */
export function containerTable(rows: readonly ContainerRow[]): string {
  if (rows.length === 0) return "  no containers";
  const table = [
    ["CONTAINER", "IMAGE", "STATUS", "PORTS"],
    ...rows.map((row) => [row.name, row.image, row.status, row.ports]),
  ];
  const widths = [0, 1, 2].map((column) => Math.max(...table.map((cells) => cells[column]?.length ?? 0)));
  return table
    .map((cells) => `  ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ")}`.trimEnd())
    .join("\n");
}
