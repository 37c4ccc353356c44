import { PluginError } from "../protocol/errors";
import type { Fields } from "../protocol/fields";
import { waitUntilGone } from "./container-waits";
import { EngineError, type Engine } from "./engine";

/**
 * Removes a container, with the time to end that `destroy_grace_seconds` gives it.
 * @throws PluginError also if it is gone already, as the real plugin
 */
export async function removeContainer(engine: Engine, id: string, state: Fields): Promise<void> {
  // The engine removes it by itself when it ends.
  if (state.flag("rm")) return;
  const grace = state.number("destroy_grace_seconds") ?? 0;
  if (!state.flag("attach") && grace > 0) {
    await named(`Error stopping container ${id}`, () =>
      engine.post(`/containers/${id}/stop`, { query: { t: grace } }),
    );
  }
  await named(`Error deleting container ${id}`, () =>
    engine.delete(`/containers/${id}`, { v: state.flag("remove_volumes"), force: true }),
  );
  await waitUntilGone(engine, id);
}

async function named(what: string, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    throw error instanceof EngineError ? new PluginError(`${what}: ${error.message}`) : error;
  }
}
