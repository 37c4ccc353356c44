import type { VolumeInspectInfo } from "dockerode";
import { messageOf, PluginError } from "../protocol/errors";
import type { Fields } from "../protocol/fields";
import type { Resource } from "../protocol/resource";
import type { ObjectValue } from "../protocol/values";
import { EngineError, isNotFound, type Engine } from "./engine";
import { labelBlocks, labelsOf } from "./labels";
import { poll } from "./polling";
import { schema } from "./schema";
import { unsupported } from "./unsupported";

/** As in the real plugin: how long a volume may stay in use when it is to be removed. */
const REMOVAL = { everyMilliseconds: 500, limitMilliseconds: 30_000 };

export function volumeResource(engine: () => Engine): Resource {
  return {
    version: schema.resources.docker_volume.version,
    schema: schema.resources.docker_volume,
    unsupported: unsupported("docker_volume"),
    create: (planned) => create(engine(), planned),
    read: async (state) => {
      try {
        return stateOf(await inspect(engine(), state.requiredText("id")));
      } catch (error) {
        if (isNotFound(error)) return null;
        throw new PluginError(`Unable to inspect volume: ${messageOf(error)}`);
      }
    },
    destroy: (state, stop) => remove(engine(), state.requiredText("id"), stop),
  };
}

async function create(engine: Engine, planned: Fields): Promise<ObjectValue> {
  const body = {
    Name: planned.text("name"),
    Driver: planned.text("driver"),
    DriverOpts: planned.map("driver_opts"),
    Labels: labelsOf(planned),
  };
  try {
    return stateOf(await engine.post<VolumeInspectInfo>("/volumes/create", { body }));
  } catch (error) {
    throw new PluginError(`Unable to create volume: ${messageOf(error)}`);
  }
}

async function remove(engine: Engine, name: string, stop: AbortSignal): Promise<void> {
  let inUse = "";
  const removed = await poll(
    async () => {
      try {
        await engine.delete(`/volumes/${encodeURIComponent(name)}`, { force: true });
        return true;
      } catch (error) {
        if (!(error instanceof EngineError) || !error.message.includes("volume is in use")) throw error;
        inUse = error.message;
        return undefined;
      }
    },
    { ...REMOVAL, stop },
  );
  if (removed) return;
  throw new PluginError(
    "timeout while waiting for state to become 'removed' (last state: 'in_use', timeout: 30s)",
    `The volume "${name}" is still in use: ${inUse}`,
  );
}

function inspect(engine: Engine, name: string): Promise<VolumeInspectInfo> {
  return engine.get<VolumeInspectInfo>(`/volumes/${encodeURIComponent(name)}`);
}

function stateOf(volume: VolumeInspectInfo): ObjectValue {
  return {
    id: volume.Name,
    name: volume.Name,
    labels: labelBlocks(volume.Labels),
    driver: volume.Driver,
    driver_opts: volume.Options ?? {},
    mountpoint: volume.Mountpoint,
  };
}
