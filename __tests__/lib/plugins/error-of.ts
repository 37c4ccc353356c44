import { PluginError } from "../../../lib/plugins/protocol/errors";

/** What the work failed with. */
export function errorOf(work: () => unknown): PluginError {
  try {
    work();
  } catch (error) {
    if (error instanceof PluginError) return error;
    throw error;
  }
  throw new Error("it did not fail");
}
