import type { IPAM, NetworkInspectInfo } from "dockerode";
import { HalfCreatedError, messageOf, PluginError } from "../protocol/errors";
import type { Fields } from "../protocol/fields";
import type { Resource } from "../protocol/resource";
import type { ObjectValue } from "../protocol/values";
import { EngineError, isNotFound, type Engine } from "./engine";
import { labelBlocks, labelsOf } from "./labels";
import { poll } from "./polling";
import { schema } from "./schema";
import { unsupported } from "./unsupported";

/** As in the real plugin: how long a network may keep its last endpoints when it is to be removed. */
const REMOVAL = { everyMilliseconds: 500, limitMilliseconds: 30_000 };

export function networkResource(engine: () => Engine): Resource {
  return {
    version: schema.resources.docker_network.version,
    schema: schema.resources.docker_network,
    unsupported: unsupported("docker_network"),
    create: (planned) => create(engine(), planned),
    read: async (state) => {
      try {
        return stateOf(await inspect(engine(), state.requiredText("id")));
      } catch (error) {
        if (isNotFound(error)) return null;
        throw error;
      }
    },
    destroy: (state, stop) => remove(engine(), state.requiredText("id"), stop),
  };
}

async function create(engine: Engine, planned: Fields): Promise<ObjectValue> {
  const body = {
    Name: planned.requiredText("name"),
    CheckDuplicate: planned.flag("check_duplicate"),
    Driver: planned.text("driver"),
    Internal: planned.flag("internal"),
    Attachable: planned.flag("attachable"),
    EnableIPv6: planned.flag("ipv6"),
    Options: planned.map("options"),
    Labels: labelsOf(planned),
    IPAM: { Driver: planned.text("ipam_driver"), Config: planned.blocks("ipam_config").map(ipamConfig) },
  };
  const id = await engine.post<{ Id: string }>("/networks/create", { body }).then(
    ({ Id }) => Id,
    (error: unknown) => {
      throw new PluginError(`Unable to create network: ${messageOf(error)}`);
    },
  );
  try {
    return stateOf(await inspect(engine, id));
  } catch (error) {
    throw new HalfCreatedError(error, { id });
  }
}

async function remove(engine: Engine, id: string, stop: AbortSignal): Promise<void> {
  let busy = "";
  const removed = await poll(
    async () => {
      try {
        await engine.delete(`/networks/${id}`);
        return true;
      } catch (error) {
        if (isNotFound(error)) return true;
        if (!(error instanceof EngineError) || !error.message.includes("has active endpoints")) throw error;
        busy = error.message;
        return undefined;
      }
    },
    { ...REMOVAL, stop },
  );
  if (removed) return;
  throw new PluginError(
    "timeout while waiting for state to become 'removed' (last state: 'pending', timeout: 30s)",
    `The network still has containers: ${busy}`,
  );
}

function inspect(engine: Engine, id: string): Promise<NetworkInspectInfo> {
  return engine.get<NetworkInspectInfo>(`/networks/${id}`);
}

function stateOf(network: NetworkInspectInfo): ObjectValue {
  return {
    id: network.Id,
    name: network.Name,
    labels: labelBlocks(network.Labels),
    driver: network.Driver,
    internal: network.Internal,
    attachable: network.Attachable,
    ingress: network.Ingress,
    ipv6: network.EnableIPv6,
    ipam_driver: network.IPAM?.Driver ?? null,
    ipam_config: (network.IPAM?.Config ?? []).map(ipamBlock),
    ipam_options: network.IPAM?.Options ?? {},
    options: network.Options ?? {},
    scope: network.Scope,
  };
}

type IpamConfig = NonNullable<IPAM["Config"]>[number];

function ipamConfig(block: Fields): Record<string, unknown> {
  return {
    Subnet: block.text("subnet"),
    IPRange: block.text("ip_range"),
    Gateway: block.text("gateway"),
    AuxiliaryAddresses: block.map("aux_address"),
  };
}

function ipamBlock(config: IpamConfig): ObjectValue {
  const values = config as Record<string, string | undefined> & {
    AuxiliaryAddresses?: Record<string, string>;
  };
  return {
    subnet: values.Subnet ?? null,
    ip_range: values.IPRange ?? null,
    gateway: values.Gateway ?? null,
    aux_address: values.AuxiliaryAddresses ?? {},
  };
}
