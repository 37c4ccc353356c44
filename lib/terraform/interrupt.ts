import { basename } from "node:path";
import { run } from "../run";

/**
 * Asks every Terraform under a process to end as it does at Ctrl-C: it finishes what it is making, and writes its state. The
 * signal of a terminal does not get there: cdktf runs Terraform in a terminal of its own, and takes it away when it ends itself.
 */
export async function interruptTerraform(root: number): Promise<void> {
  const { stdout } = await run(["ps", "-A", "-o", "pid=,ppid=,comm="]);
  for (const pid of terraformUnder(root, stdout)) {
    try {
      process.kill(pid, "SIGINT");
    } catch {
      // It has just ended by itself.
    }
  }
}

/** Process ids of the Terraforms in a list of `pid ppid command`, below one process. */
export function terraformUnder(root: number, list: string): number[] {
  const processes = list.split("\n").flatMap((line) => {
    const [, pid, parent, command = ""] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
    return pid === undefined ? [] : [{ pid: Number(pid), parent: Number(parent), command }];
  });
  const children = processes.filter(({ parent }) => parent === root);
  return children.flatMap(({ pid, command }) =>
    // Terraform's own children are plugins, which it ends.
    basename(command) === "terraform" ? [pid] : terraformUnder(pid, list),
  );
}
