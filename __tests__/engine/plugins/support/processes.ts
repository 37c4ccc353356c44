import { readdir, readFile } from "node:fs/promises";

export interface Process {
  readonly pid: number;
  readonly command: string;
  /** Whether the same process still runs. */
  readonly isAlive: () => Promise<boolean>;
}

/** All processes below one, children of children too. */
export async function childrenOf(root: number | undefined): Promise<Process[]> {
  const processes = await Promise.all(
    (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(readProcess),
  );
  const known = processes.filter((process) => process !== undefined);
  const below = (pid: number | undefined): typeof known => {
    const children = known.filter(({ parent }) => parent === pid);
    return children.flatMap((child) => [child, ...below(child.pid)]);
  };
  return below(root).map(({ pid, command, startTime }) => ({
    pid,
    command,
    isAlive: async () => (await readProcess(String(pid)))?.startTime === startTime,
  }));
}

/** @returns undefined where the process is gone, or has ended and waits for its parent */
async function readProcess(pid: string) {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => undefined);
  const [, command = "", rest = ""] = /^\d+ \((.*)\) (.*)$/s.exec(stat ?? "") ?? [];
  const fields = rest.split(" ");
  if (stat === undefined || fields[0] === "Z") return undefined;
  return { pid: Number(pid), command, parent: Number(fields[1]), startTime: fields[19] };
}
