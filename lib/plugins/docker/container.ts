import { messageOf, PluginError } from "../protocol/errors";
import type { Fields } from "../protocol/fields";
import type { Resource } from "../protocol/resource";
import type { ObjectValue } from "../protocol/values";
import { UPDATABLE, updatableConfig } from "./container-body";
import { createContainer } from "./container-create";
import { portsAsWritten } from "./container-ports";
import { removeContainer } from "./container-remove";
import { CONTAINER_EQUIVALENCES, containerState } from "./container-state";
import { findContainer, waitUntilRunning } from "./container-waits";
import type { Engine } from "./engine";
import { schema } from "./schema";
import { unsupported } from "./unsupported";

export function containerResource(engine: () => Engine): Resource {
  return {
    version: schema.resources.docker_container.version,
    schema: schema.resources.docker_container,
    unsupported: unsupported("docker_container"),
    equivalences: CONTAINER_EQUIVALENCES,
    create: (planned, stop, config) => createContainer(engine(), portsAsWritten(planned, config), stop),
    read: (state, stop) => read(engine(), state, stop),
    update: (prior, planned) => update(engine(), prior, planned),
    destroy: (state) => removeContainer(engine(), state.requiredText("id"), state),
  };
}

async function read(engine: Engine, state: Fields, stop: AbortSignal): Promise<ObjectValue | null> {
  const id = state.requiredText("id");
  const container = await findContainer(engine, id);
  if (!container) return null;
  // An imported container has none in the state yet.
  const image = state.text("image") ?? "";
  if (container.State.Running || !state.flag("must_run")) return containerState(container, image);
  const limit = state.number("container_read_refresh_timeout_milliseconds") ?? 0;
  const running = await waitUntilRunning(engine, id, limit, stop);
  if (running) return containerState(running, image);
  // As the real plugin: a container that should run and does not is removed, to be created again.
  await removeContainer(engine, id, state);
  return null;
}

/** Everything else that does not replace the container is only taken over into the state, as in the real plugin. */
async function update(engine: Engine, prior: Fields, planned: Fields): Promise<void> {
  const changed = UPDATABLE.some((name) => (prior.value[name] ?? null) !== (planned.value[name] ?? null));
  if (!changed) return;
  try {
    await engine.post(`/containers/${prior.requiredText("id")}/update`, { body: updatableConfig(planned) });
  } catch (error) {
    throw new PluginError(`Unable to update a container: ${messageOf(error)}`);
  }
}
