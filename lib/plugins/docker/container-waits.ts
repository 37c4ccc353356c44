import { PluginError } from "../protocol/errors";
import type { Fields } from "../protocol/fields";
import type { ContainerInfo } from "./container-info";
import { isNotFound, type Engine } from "./engine";
import { poll } from "./polling";

const HEALTH_POLL_MILLISECONDS = 250;
const STATE_POLL_MILLISECONDS = 200;
const REMOVAL_MILLISECONDS = 30_000;

/** @returns undefined if there is no such container */
export async function findContainer(engine: Engine, id: string): Promise<ContainerInfo | undefined> {
  try {
    return await engine.get<ContainerInfo>(`/containers/${id}/json`);
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/**
 * Waits for `wait_timeout` seconds for the state "healthy". As the real plugin, it does not give up on "unhealthy": a
 * container may still get healthy.
 */
export async function waitUntilHealthy(
  engine: Engine,
  id: string,
  planned: Fields,
  stop: AbortSignal,
): Promise<void> {
  const seconds = planned.number("wait_timeout") ?? 0;
  let last = "unknown";
  const healthy = await poll(
    async () => {
      const { State: state } = await engine.get<ContainerInfo>(`/containers/${id}/json`);
      if (!state.Health) throw noHealthcheck(planned);
      last = state.Running ? state.Health.Status : `${state.Status} (exit code ${state.ExitCode})`;
      return state.Health.Status === "healthy" || undefined;
    },
    { everyMilliseconds: HEALTH_POLL_MILLISECONDS, limitMilliseconds: seconds * 1000, stop },
  );
  if (healthy) return;
  const name = planned.requiredText("name");
  throw new PluginError(
    `container "${name}" was not healthy after ${seconds} s: its state is ${last}`,
    `Expected: the state healthy within wait_timeout. The container stays as it is, and Terraform replaces it in the next ` +
      `apply. Remedy: look at \`docker logs ${name}\` and at \`docker inspect --format '{{json .State.Health}}' ${name}\`.`,
  );
}

function noHealthcheck(planned: Fields): PluginError {
  return new PluginError(
    `container "${planned.requiredText("name")}" has wait = true and no health check`,
    "Expected: a healthcheck block, or one in the image. Remedy: add it, or remove `wait`.",
  );
}

/** Waits for the container's own end, without a limit. */
export async function waitUntilEnded(engine: Engine, id: string, stop: AbortSignal): Promise<void> {
  await hasEnded(engine, id, Infinity, stop);
}

/** @returns whether the container ends, or is gone, before `limitMilliseconds` are over */
export async function hasEnded(
  engine: Engine,
  id: string,
  limitMilliseconds: number,
  stop: AbortSignal,
): Promise<boolean> {
  const ended = await poll(
    async () => {
      const container = await findContainer(engine, id);
      return !container?.State.Running || undefined;
    },
    { everyMilliseconds: STATE_POLL_MILLISECONDS, limitMilliseconds, stop },
  );
  return ended ?? false;
}

/** @returns the container, if it runs before `limitMilliseconds` are over */
export async function waitUntilRunning(
  engine: Engine,
  id: string,
  limitMilliseconds: number,
  stop: AbortSignal,
): Promise<ContainerInfo | undefined> {
  return poll(
    async () => {
      const container = await findContainer(engine, id);
      return container?.State.Running ? container : undefined;
    },
    { everyMilliseconds: STATE_POLL_MILLISECONDS, limitMilliseconds, stop },
  );
}

/** The engine answers the removal of a large container before it is done. */
export async function waitUntilGone(engine: Engine, id: string): Promise<void> {
  const gone = await poll(async () => !(await findContainer(engine, id)) || undefined, {
    everyMilliseconds: HEALTH_POLL_MILLISECONDS,
    limitMilliseconds: REMOVAL_MILLISECONDS,
  });
  if (!gone) throw new PluginError(`container ${id} is still there after its removal`);
}
