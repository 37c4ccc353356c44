import { dockerProvider } from "../../../../lib/plugins/docker/provider";
import type { Diagnostic } from "../../../../lib/plugins/protocol/errors";
import { Fields } from "../../../../lib/plugins/protocol/fields";
import { ProviderService } from "../../../../lib/plugins/protocol/provider-service";
import { conform } from "../../../../lib/plugins/protocol/schema";
import { decodeObject, encode, type ObjectValue } from "../../../../lib/plugins/protocol/values";
import type { FakeEngine } from "./fake-engine";

export interface Outcome {
  readonly state: ObjectValue | null;
  /** The error as Terraform shows it: the headline, then what was expected. */
  readonly words: string;
}

interface Answer {
  readonly new_state?: { readonly msgpack: Uint8Array };
  readonly planned_state?: { readonly msgpack: Uint8Array };
  readonly diagnostics?: readonly Diagnostic[];
}

/** The Docker plugin as Terraform calls it, without Terraform. An error with a state is what Terraform taints. */
export class Plugin {
  private constructor(
    private readonly provider: ReturnType<typeof dockerProvider>,
    private readonly service: ProviderService,
  ) {}

  static async on({ socket }: FakeEngine, config: ObjectValue = {}): Promise<Plugin> {
    const provider = dockerProvider();
    await provider.configure?.(new Fields({ host: `unix://${socket}`, ...config }));
    return new Plugin(provider, new ProviderService(provider));
  }

  /** What Terraform asks before it plans anything. */
  async validate(type: string, config: ObjectValue): Promise<string> {
    const request = { type_name: type, config: encode(this.conform(type, config)) };
    return wordsOf(await this.call("ValidateResourceTypeConfig", request));
  }

  async create(type: string, config: ObjectValue): Promise<Outcome> {
    const proposed = encode(this.conform(type, config));
    const { planned_state } = await this.call("PlanResourceChange", {
      type_name: type,
      prior_state: encode(null),
      proposed_new_state: proposed,
    });
    return this.apply({ type_name: type, prior_state: encode(null), planned_state, config: proposed });
  }

  destroy(type: string, state: ObjectValue): Promise<Outcome> {
    const prior_state = encode(this.conform(type, state));
    return this.apply({ type_name: type, prior_state, planned_state: encode(null), config: encode(null) });
  }

  private async apply(request: object): Promise<Outcome> {
    const answer = await this.call("ApplyResourceChange", request);
    return { state: decodeObject(answer.new_state), words: wordsOf(answer) };
  }

  private async call(name: string, request: object): Promise<Answer> {
    const call = this.service.calls[name]!;
    return await call(request as never);
  }

  private conform(type: string, value: ObjectValue): ObjectValue {
    const resource = this.provider.resources[type];
    if (!resource) throw new Error(`no resource ${type}`);
    return conform(resource.schema, value);
  }
}

function wordsOf({ diagnostics = [] }: Answer): string {
  return diagnostics.map(({ summary, detail }) => `${summary}\n${detail}`).join("\n");
}
