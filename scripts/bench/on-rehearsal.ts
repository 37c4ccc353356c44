import { rehearsalStatus, rehearse, type RehearsalStatus } from "../../rehearsal/client";
import { runSmoke } from "../../rehearsal/smoke";

const UP_SECONDS = 1800;

/** Makes a rehearsal with a user and some data in it, measures there, and removes it. Ends the process with 1 if that fails. */
export async function onRehearsal(measure: (host: RehearsalStatus) => Promise<void>): Promise<void> {
  const name = `bench-${process.pid}`;
  const call = (...args: string[]) =>
    rehearse([...args, "--name", name], {
      timeoutSeconds: UP_SECONDS,
      onLine: (line) => console.error(line),
    });
  try {
    await call("up");
    try {
      const host = await rehearsalStatus(name);
      await runSmoke(host.url);
      await measure(host);
    } finally {
      await call("down", "--keep-images");
    }
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
