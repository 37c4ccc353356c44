import type { Fields } from "./fields";
import type { Equivalences } from "./plan";
import type { Block } from "./schema";
import type { ObjectValue } from "./values";

/** One kind of object that a plugin manages. */
export interface Resource {
  /** The version of the state's form: the real plugin's, so that a state can change hands. */
  readonly version: number;
  readonly schema: Block;
  /** @default fields are compared by value alone */
  readonly equivalences?: Equivalences;
  /** The fields of the schema that this plugin cannot apply; using one is refused. @default none */
  readonly unsupported?: Unsupported;
  /**
   * @param config as the operator wrote it, for the values that a plan changes
   * @returns the fields that can be read back, among them all that the plan left unknown
   * @throws HalfCreatedError if the object was made and something failed afterwards
   */
  create(planned: Fields, stop: AbortSignal, config: Fields): Promise<ObjectValue>;
  /** @returns the fields that can be read back, or null if the object is gone */
  read(state: Fields, stop: AbortSignal): Promise<ObjectValue | null>;
  /** Applies what can be changed without replacing the object. @default nothing can */
  update?(prior: Fields, planned: Fields, stop: AbortSignal): Promise<void>;
  destroy(state: Fields, stop: AbortSignal): Promise<void>;
  /** The state from which `read` finds an object by the id that the operator gave. @default the id alone */
  importState?(id: string): Promise<ObjectValue>;
}

export interface Unsupported {
  /** Paths such as `privileged` or `networks_advanced.ipv4_address`. */
  readonly fields: ReadonlySet<string>;
  /** The file to extend when one is needed, and the real plugin's name and version, for the refusal. */
  readonly path: string;
  readonly standsFor: string;
}

/** What a plugin offers: its own configuration and its resources. */
export interface Provider {
  readonly name: string;
  readonly schema: Block;
  /** @default none */
  readonly unsupported?: Unsupported;
  readonly resources: Readonly<Record<string, Resource>>;
  /** @throws PluginError if the configuration is wrong or what it names cannot be reached */
  configure?(config: Fields): Promise<void>;
}
