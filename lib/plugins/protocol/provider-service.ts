import { errorDiagnostic, HalfCreatedError, PluginError, type Diagnostic } from "./errors";
import { Fields } from "./fields";
import type * as messages from "./messages";
import { plan } from "./plan";
import { refusals } from "./refuse";
import type { Provider, Resource } from "./resource";
import { conform, toMessage } from "./schema";
import { stateAfterCreation, stateAfterRefresh } from "./state";
import { decodeObject, encode, fillUnknown, isObject, type ObjectValue, type Value } from "./values";

/** Answers one call of the protocol. */
export type Call = (request: never) => Promise<object> | object;

/**
 * As the real plugins do: Terraform then allows "" or 0 to stay in the plan where the configuration has nothing, which a
 * state written by a real plugin needs.
 */
const LEGACY = { legacy_type_system: true };
const CAPABILITIES = { plan_destroy: false, get_provider_schema_optional: true, move_resource_state: false };

/** The calls of Terraform's plugin protocol, answered for one provider. */
export class ProviderService {
  /** By the protocol's names. */
  readonly calls: Readonly<Record<string, Call>> = {
    GetMetadata: () => this.metadata(),
    GetSchema: () => this.schema(),
    GetFunctions: () => ({}),
    PrepareProviderConfig: (request: messages.Config) => this.prepare(request),
    Configure: (request: messages.Config) => this.configure(request),
    ValidateResourceTypeConfig: (request: messages.ResourceConfig) => this.validate(request),
    UpgradeResourceState: (request: messages.Upgrade) => this.upgrade(request),
    ReadResource: (request: messages.Read) => this.read(request),
    PlanResourceChange: (request: messages.Plan) => this.plan(request),
    ApplyResourceChange: (request: messages.Apply) => this.apply(request),
    ImportResourceState: (request: messages.Import) => this.import(request),
    Stop: () => this.interrupt(),
  };
  private readonly stop = new AbortController();

  constructor(private readonly provider: Provider) {}

  private metadata(): object {
    const resources = Object.keys(this.provider.resources).map((type_name) => ({ type_name }));
    return { server_capabilities: CAPABILITIES, resources, data_sources: [] };
  }

  private schema(): object {
    const resources = Object.entries(this.provider.resources).map(([type, { version, schema }]) => {
      return [type, { version, block: toMessage(schema) }] as const;
    });
    return {
      provider: { version: 0, block: toMessage(this.provider.schema) },
      resource_schemas: Object.fromEntries(resources),
      data_source_schemas: {},
      server_capabilities: CAPABILITIES,
    };
  }

  private prepare({ config }: messages.Config): object {
    const { name, schema, unsupported } = this.provider;
    const diagnostics = refusals(`provider "${name}"`, schema, decodeObject(config) ?? {}, unsupported);
    return { prepared_config: config, diagnostics };
  }

  private async configure({ config }: messages.Config): Promise<object> {
    await this.provider.configure?.(new Fields(decodeObject(config) ?? {}));
    return { diagnostics: [] };
  }

  private validate({ type_name, config }: messages.ResourceConfig): object {
    const { schema, unsupported } = this.resource(type_name);
    return { diagnostics: refusals(type_name, schema, decodeObject(config) ?? {}, unsupported) };
  }

  private upgrade({ type_name, version, raw_state }: messages.Upgrade): object {
    const resource = this.resource(type_name);
    if (version !== resource.version) throw otherVersion(type_name, version, resource.version);
    const state = JSON.parse(Buffer.from(raw_state.json).toString("utf8")) as Value;
    if (!isObject(state)) throw new Error(`the state of a ${type_name} is no object`);
    return { upgraded_state: encode(conform(resource.schema, state)) };
  }

  private async read({ type_name, current_state, private: secret }: messages.Read): Promise<object> {
    const resource = this.resource(type_name);
    const prior = existing(decodeObject(current_state));
    const actual = await resource.read(new Fields(prior), this.stop.signal);
    const state = actual && stateAfterRefresh(resource.schema, prior, actual);
    return { new_state: encode(state), private: secret };
  }

  private plan({ type_name, prior_state, proposed_new_state, prior_private }: messages.Plan): object {
    const resource = this.resource(type_name);
    const proposed = decodeObject(proposed_new_state);
    const rest = { planned_private: prior_private, ...LEGACY };
    if (proposed === null) return { planned_state: proposed_new_state, ...rest };
    const { planned, replace } = plan(
      resource.schema,
      decodeObject(prior_state),
      proposed,
      resource.equivalences,
    );
    const requires_replace = replace.map((path) => ({
      steps: path.map((step) =>
        typeof step === "string" ? { attribute_name: step } : { element_key_int: step },
      ),
    }));
    return { planned_state: encode(planned), requires_replace, ...rest };
  }

  private async apply({
    type_name,
    prior_state,
    planned_state,
    planned_private,
    config,
  }: messages.Apply): Promise<object> {
    const resource = this.resource(type_name);
    const prior = decodeObject(prior_state);
    const answer = (state: ObjectValue | null, diagnostics: Diagnostic[] = []) => {
      const new_state = encode(state && conform(resource.schema, state));
      return { new_state, private: planned_private, diagnostics, ...LEGACY };
    };
    try {
      return answer(await this.change(resource, prior, decodeObject(planned_state), decodeObject(config)));
    } catch (error) {
      return answer(error instanceof HalfCreatedError ? error.state : prior, [errorDiagnostic(error)]);
    }
  }

  private async change(
    resource: Resource,
    prior: ObjectValue | null,
    planned: ObjectValue | null,
    config: ObjectValue | null,
  ): Promise<ObjectValue | null> {
    if (planned === null) {
      await resource.destroy(new Fields(existing(prior)), this.stop.signal);
      return null;
    }
    if (prior === null) return this.create(resource, planned, config ?? {});
    await resource.update?.(new Fields(prior), new Fields(planned), this.stop.signal);
    return fillUnknown(planned, prior) as ObjectValue;
  }

  private async create(resource: Resource, planned: ObjectValue, config: ObjectValue): Promise<ObjectValue> {
    const after = (actual: ObjectValue) => stateAfterCreation(resource.schema, planned, actual);
    try {
      return after(await resource.create(new Fields(planned), this.stop.signal, new Fields(config)));
    } catch (error) {
      if (!(error instanceof HalfCreatedError)) throw error;
      throw new HalfCreatedError(error, after(error.state));
    }
  }

  private async import({ type_name, id }: messages.Import): Promise<object> {
    const resource = this.resource(type_name);
    const state = (await resource.importState?.(id)) ?? { id };
    return { imported_resources: [{ type_name, state: encode(conform(resource.schema, state)) }] };
  }

  /** Terraform was interrupted: waits end early, so that what exists still gets into the state. */
  private interrupt(): object {
    this.stop.abort(new PluginError("interrupted"));
    return { error: "" };
  }

  private resource(type: string): Resource {
    const resource = this.provider.resources[type];
    if (resource) return resource;
    throw new PluginError(
      `the offline plugin for ${this.provider.name} has no resource "${type}"`,
      `It knows ${Object.keys(this.provider.resources).join(", ")}. Use the real provider for the others.`,
    );
  }
}

function existing(state: ObjectValue | null): ObjectValue {
  if (state === null) throw new Error("Terraform sent no state where one belongs");
  return state;
}

function otherVersion(type: string, found: number, known: number): PluginError {
  return new PluginError(
    `the state holds a ${type} of form ${found}, and the offline plugin reads form ${known} only`,
    "Another version of the provider wrote it. Apply once with the real provider of the pinned version.",
  );
}
