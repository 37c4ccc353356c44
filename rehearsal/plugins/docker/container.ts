import { HalfCreatedError, messageOf, PluginError } from "../protocol/errors";
import type { Fields } from "../protocol/fields";
import type { Resource } from "../protocol/resource";
import type { ObjectValue } from "../protocol/values";
import { containerBody, UPDATABLE, updatableConfig } from "./container-body";
import type { ContainerInfo } from "./container-info";
import { containerLogs } from "./container-logs";
import { CONTAINER_EQUIVALENCES, containerState } from "./container-state";
import {
  findContainer,
  waitUntilEnded,
  waitUntilGone,
  waitUntilHealthy,
  waitUntilRunning,
} from "./container-waits";
import { EngineError, type Engine } from "./engine";
import { findImage } from "./image-lookup";
import { schema } from "./schema";
import { unsupported } from "./unsupported";

/** How long a just started container has to fail, for it to count as "exited immediately". */
const FIRST_LOOK_MILLISECONDS = 100;

export function containerResource(engine: () => Engine): Resource {
  return {
    version: schema.resources.docker_container.version,
    schema: schema.resources.docker_container,
    unsupported: unsupported("docker_container"),
    equivalences: CONTAINER_EQUIVALENCES,
    create: (planned, stop) => create(engine(), planned, stop),
    read: (state, stop) => read(engine(), state, stop),
    update: (prior, planned) => update(engine(), prior, planned),
    destroy: (state, stop) => destroy(engine(), state, stop),
  };
}

async function create(engine: Engine, planned: Fields, stop: AbortSignal): Promise<ObjectValue> {
  await findImage(engine, planned.requiredText("image"));
  await checkStartInterval(engine, planned);
  const id = await createOnly(engine, planned);
  let logs: ObjectValue = {};
  try {
    await connectNetworks(engine, id, planned);
    if (planned.flag("start")) await start(engine, id);
    if (planned.flag("start") && planned.flag("wait")) await waitUntilHealthy(engine, id, planned, stop);
    if (planned.flag("attach")) {
      await waitUntilEnded(engine, id, stop);
      if (planned.flag("logs")) logs = { container_logs: await containerLogs(engine, id) };
    }
  } catch (error) {
    throw new HalfCreatedError(error, { id });
  }
  return { ...(await firstState(engine, id, planned, stop)), ...logs };
}

async function createOnly(engine: Engine, planned: Fields): Promise<string> {
  const query = { name: planned.requiredText("name") };
  try {
    return (await engine.post<{ Id: string }>("/containers/create", { query, body: containerBody(planned) }))
      .Id;
  } catch (error) {
    throw new PluginError(`Unable to create container: ${messageOf(error)}`, detailOf(error));
  }
}

/** Docker's own client refuses this before the engine, which would ignore it, ever sees it. */
async function checkStartInterval(engine: Engine, planned: Fields): Promise<void> {
  const interval = planned.blocks("healthcheck")[0]?.text("start_interval") ?? "0s";
  if (interval === "0s") return;
  const version = await engine.apiVersion();
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major > 1 || minor >= 44) return;
  throw new PluginError(
    'Unable to create container: "specify health-check start interval" requires API version 1.44, but the Docker daemon ' +
      `API version is ${version}`,
    "Expected: Docker Engine 25 or later. To mend: upgrade the engine, or remove start_interval from the health check.",
  );
}

async function connectNetworks(engine: Engine, id: string, planned: Fields): Promise<void> {
  const networks = planned.blocks("networks_advanced");
  if (networks.length === 0) return;
  try {
    await engine.post("/networks/bridge/disconnect", { body: { Container: id, Force: false } });
  } catch (error) {
    if (!messageOf(error).includes("is not connected to the network bridge")) {
      throw new PluginError(`Unable to disconnect the default network: ${messageOf(error)}`);
    }
  }
  for (const network of networks) {
    const name = network.requiredText("name");
    const body = { Container: id, EndpointConfig: { Aliases: network.texts("aliases") } };
    try {
      await engine.post(`/networks/${encodeURIComponent(name)}/connect`, { body });
    } catch (error) {
      throw new PluginError(`Unable to connect to network '${name}': ${messageOf(error)}`);
    }
  }
}

async function start(engine: Engine, id: string): Promise<void> {
  try {
    await engine.post(`/containers/${id}/start`);
  } catch (error) {
    throw new PluginError(`Unable to start container: ${messageOf(error)}`);
  }
}

async function firstState(
  engine: Engine,
  id: string,
  planned: Fields,
  stop: AbortSignal,
): Promise<ObjectValue> {
  const container = await inspect(engine, id);
  if (!planned.flag("must_run") || !planned.flag("start")) return containerState(container);
  const runs = await waitUntilRunning(engine, id, FIRST_LOOK_MILLISECONDS, stop);
  if (runs) return containerState(runs);
  const { ExitCode } = (await inspect(engine, id)).State;
  await destroy(engine, planned, stop, id);
  throw new PluginError(
    `container "${planned.requiredText("name")}" exited immediately, with exit code ${ExitCode}`,
    "Expected: a container that keeps running (must_run = true, the default). It was removed, and its logs with it. To mend: " +
      "run its image by hand to see what it prints; for a job that ends, set must_run = false.",
  );
}

async function read(engine: Engine, state: Fields, stop: AbortSignal): Promise<ObjectValue | null> {
  const id = state.requiredText("id");
  const container = await findContainer(engine, id);
  if (!container) return null;
  if (container.State.Running || !state.flag("must_run")) return containerState(container);
  const limit = state.number("container_read_refresh_timeout_milliseconds") ?? 0;
  const runs = await waitUntilRunning(engine, id, limit, stop);
  if (runs) return containerState(runs);
  // As the real plugin: a container that should run and does not is removed, to be created anew.
  await destroy(engine, state, stop);
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

async function destroy(
  engine: Engine,
  state: Fields,
  stop: AbortSignal,
  id = state.requiredText("id"),
): Promise<void> {
  // The engine removes it by itself when it ends.
  if (state.flag("rm")) return;
  const grace = state.number("destroy_grace_seconds") ?? 0;
  if (!state.flag("attach") && grace > 0) {
    await labelled(`Error stopping container ${id}`, () =>
      engine.post(`/containers/${id}/stop`, { query: { t: grace } }),
    );
  }
  await labelled(`Error deleting container ${id}`, () =>
    engine.delete(`/containers/${id}`, { v: state.flag("remove_volumes"), force: true }),
  );
  await waitUntilGone(engine, id, stop);
}

async function labelled(label: string, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    throw error instanceof EngineError ? new PluginError(`${label}: ${error.message}`) : error;
  }
}

function inspect(engine: Engine, id: string): Promise<ContainerInfo> {
  return engine.get<ContainerInfo>(`/containers/${id}/json`);
}

function detailOf(error: unknown): string {
  return error instanceof PluginError ? error.detail : "";
}
