import { setTimeout as pause } from "node:timers/promises";
import { PluginError } from "../protocol/errors";

export interface Polling {
  readonly everyMilliseconds: number;
  readonly limitMilliseconds: number;
  /** Terraform was interrupted: the wait fails. @default the wait goes on */
  readonly stop?: AbortSignal;
}

/**
 * Asks `condition` until it gives something other than undefined.
 * @returns undefined when the limit passed
 * @throws PluginError on an interrupt
 */
export async function poll<T>(
  condition: () => Promise<T | undefined>,
  { everyMilliseconds, limitMilliseconds, stop }: Polling,
): Promise<T | undefined> {
  const end = Date.now() + limitMilliseconds;
  for (;;) {
    if (stop?.aborted) throw new PluginError("interrupted");
    const answer = await condition();
    if (answer !== undefined || Date.now() >= end) return answer;
    await pause(Math.min(everyMilliseconds, Math.max(end - Date.now(), 0)), undefined, {
      signal: stop,
    }).catch(() => undefined);
  }
}
