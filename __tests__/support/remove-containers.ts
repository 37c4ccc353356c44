import { run } from "../../lib/run";

/**
 * Removes the containers that a filter of `docker ps` finds, and their volumes, one after the other: of several at once,
 * Docker Engine 20.10 may hang for ever, each of them waiting for a lock of libnetwork that another holds.
 */
export async function removeContainers(filter: string): Promise<void> {
  const { stdout } = await run(["docker", "ps", "--all", "--quiet", "--filter", filter]);
  for (const id of stdout.split("\n").filter(Boolean)) {
    await run(["docker", "rm", "--force", "--volumes", id]);
  }
}
