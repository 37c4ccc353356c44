import { because, HalfCreatedError, messageOf, PluginError } from "../protocol/errors";
import type { Fields } from "../protocol/fields";
import type { ObjectValue } from "../protocol/values";
import { containerBody } from "./container-body";
import { containerLogs } from "./container-logs";
import { removeContainer } from "./container-remove";
import { containerState } from "./container-state";
import { uploadFiles } from "./container-upload";
import { findContainer, hasEnded, waitUntilEnded, waitUntilHealthy } from "./container-waits";
import type { Engine } from "./engine";
import { findImage } from "./image-lookup";

/** How long a just started container has to fail, for it to count as "exited immediately". */
const FIRST_LOOK_MILLISECONDS = 500;
/** The first version of the API with `start_interval`: Docker Engine 25. */
const START_INTERVAL_API_MINOR = 44;

/**
 * Creates the container, connects its networks, starts it, and waits as configured.
 * @throws HalfCreatedError if the container exists and is not as it should be
 */
export async function createContainer(
  engine: Engine,
  planned: Fields,
  stop: AbortSignal,
): Promise<ObjectValue> {
  checkJob(planned);
  const image = planned.requiredText("image");
  await because(`Unable to create container with image ${image}`, () => findImage(engine, image));
  await checkStartInterval(engine, planned);
  const id = await create(engine, planned);
  try {
    await connectNetworks(engine, id, planned);
    await uploadFiles(engine, id, planned);
    if (planned.flag("start")) {
      await start(engine, id);
      if (planned.flag("wait")) await waitUntilHealthy(engine, id, planned, stop);
    }
    const logs = planned.flag("attach") ? await attach(engine, id, planned, stop) : undefined;
    const state = await firstState(engine, id, planned, stop);
    return { ...state, container_logs: logs ?? null };
  } catch (error) {
    throw error instanceof RemovedError ? error : new HalfCreatedError(error, { id });
  }
}

/** The container failed, and no longer exists. */
class RemovedError extends PluginError {}

/** Terraform accepts no object that is gone when its creation ends. */
function checkJob(planned: Fields): void {
  if (!planned.flag("attach") || !planned.flag("rm")) return;
  throw new PluginError(
    `container "${planned.requiredText("name")}" has attach = true and rm = true`,
    "Expected: a container that is still there when it has ended. Remedy: remove `rm`; Terraform removes the container.",
  );
}

async function create(engine: Engine, planned: Fields): Promise<string> {
  const request = { query: { name: planned.requiredText("name") }, body: containerBody(planned) };
  return because("Unable to create container", async () => {
    const { Id } = await engine.post<{ Id: string }>("/containers/create", request);
    return Id;
  });
}

/** Docker's own client refuses this: an older engine would not even say that it ignores the field. */
async function checkStartInterval(engine: Engine, planned: Fields): Promise<void> {
  const interval = planned.blocks("healthcheck")[0]?.text("start_interval") ?? "0s";
  if (interval === "0s") return;
  const version = await engine.apiVersion();
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major > 1 || minor >= START_INTERVAL_API_MINOR) return;
  throw new PluginError(
    'Unable to create container: "specify health-check start interval" requires API version 1.44, but the Docker daemon ' +
      `API version is ${version}`,
    "Expected: Docker Engine 25 or later. Remedy: upgrade the engine, or remove start_interval from the health check.",
  );
}

/** As the real plugin: created on the default network, moved to the configured ones before the start. */
async function connectNetworks(engine: Engine, id: string, planned: Fields): Promise<void> {
  const networks = planned.blocks("networks_advanced");
  if (networks.length === 0) return;
  try {
    await engine.post("/networks/bridge/disconnect", { body: { Container: id, Force: false } });
  } catch (error) {
    if (!messageOf(error).includes("is not connected to")) {
      throw new PluginError(`Unable to disconnect the default network: ${messageOf(error)}`);
    }
  }
  for (const network of networks) {
    const name = network.requiredText("name");
    const addresses = {
      IPv4Address: network.text("ipv4_address"),
      IPv6Address: network.text("ipv6_address"),
    };
    const endpoint = { Aliases: network.texts("aliases"), IPAMConfig: addresses };
    const body = { Container: id, EndpointConfig: endpoint };
    await because(`Unable to connect to network '${name}'`, () =>
      engine.post(`/networks/${encodeURIComponent(name)}/connect`, { body }),
    );
  }
}

async function start(engine: Engine, id: string): Promise<void> {
  await because("Unable to start container", () => engine.post(`/containers/${id}/start`));
}

/** @returns what the container printed, if `logs` asks for it */
async function attach(
  engine: Engine,
  id: string,
  planned: Fields,
  stop: AbortSignal,
): Promise<string | undefined> {
  await waitUntilEnded(engine, id, stop);
  return planned.flag("logs") ? containerLogs(engine, id) : undefined;
}

async function firstState(
  engine: Engine,
  id: string,
  planned: Fields,
  stop: AbortSignal,
): Promise<ObjectValue> {
  // A healthy container has shown already that it runs.
  const limit = planned.flag("wait") ? 0 : FIRST_LOOK_MILLISECONDS;
  const mustRun = planned.flag("must_run") && planned.flag("start");
  if (mustRun && (await hasEnded(engine, id, limit, stop)))
    throw await exitedImmediately(engine, id, planned);
  const container = await findContainer(engine, id);
  if (container) return containerState(container, planned.requiredText("image"));
  throw new RemovedError(`container "${planned.requiredText("name")}" was removed while it started`);
}

async function exitedImmediately(engine: Engine, id: string, planned: Fields): Promise<RemovedError> {
  const code = (await findContainer(engine, id))?.State.ExitCode;
  await removeContainer(engine, id, planned);
  return new RemovedError(
    `container "${planned.requiredText("name")}" exited immediately, with exit code ${code}`,
    "Expected: a container that keeps running (must_run = true, the default). It was removed, and its logs with it. Remedy: " +
      "run its image by hand to see what it prints; for a job that ends, set must_run = false.",
  );
}
