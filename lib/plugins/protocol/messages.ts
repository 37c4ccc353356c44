import type { DynamicValue } from "./values";

/** The protocol's requests, as far as they are read here. The names of the fields are the protocol's. */
export interface Config {
  readonly config: DynamicValue;
}

interface OfResource {
  readonly type_name: string;
}

export interface ResourceConfig extends OfResource, Config {}

export interface Upgrade extends OfResource {
  /** Of the state's form. */
  readonly version: number;
  readonly raw_state: { readonly json: Uint8Array };
}

export interface Read extends OfResource {
  readonly current_state: DynamicValue;
  readonly private: Uint8Array;
}

export interface Plan extends OfResource {
  readonly prior_state: DynamicValue;
  readonly proposed_new_state: DynamicValue;
  readonly prior_private: Uint8Array;
}

export interface Apply extends OfResource {
  readonly prior_state: DynamicValue;
  readonly planned_state: DynamicValue;
  readonly planned_private: Uint8Array;
  readonly config: DynamicValue;
}

export interface Import extends OfResource {
  readonly id: string;
}
