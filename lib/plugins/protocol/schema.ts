import { isObject, Unknown, type ObjectValue, type Value } from "./values";

export type Type =
  "string" | "number" | "bool" | ["list" | "set" | "map", Type] | ["object", Record<string, Type>];

export interface Attribute {
  readonly type: Type;
  readonly required?: boolean;
  readonly optional?: boolean;
  /** The provider gives the value if the configuration gives none. */
  readonly computed?: boolean;
  readonly sensitive?: boolean;
  readonly deprecated?: boolean;
  /** A change replaces the object. */
  readonly force_new?: boolean;
  readonly default?: string | number | boolean;
  /** An empty text is planned as the default too. @default it stays empty */
  readonly default_for_empty?: boolean;
}

export interface Block {
  readonly attributes: Readonly<Record<string, Attribute>>;
  readonly blocks?: Readonly<Record<string, NestedBlock>>;
}

export interface NestedBlock extends Block {
  readonly nesting: "single" | "list" | "set";
  readonly max_items?: number;
  /** A change anywhere in the block replaces the object. */
  readonly force_new?: boolean;
  /** The provider gives the blocks if the configuration gives none. Terraform's schema does not show it. */
  readonly computed?: boolean;
}

/**
 * The block with exactly the fields of its schema, as Terraform demands: none missing, none more. A missing list of blocks
 * is empty; only one that the provider gives can be null.
 */
export function conform(block: Block, value: ObjectValue): ObjectValue {
  const result: ObjectValue = {};
  for (const name of Object.keys(block.attributes)) result[name] = value[name] ?? null;
  for (const [name, nested] of Object.entries(block.blocks ?? {}))
    result[name] = conformNested(nested, value[name]);
  return result;
}

function conformNested(block: NestedBlock, value: Value | undefined): Value {
  if (value instanceof Unknown) return value;
  if (value === null && block.computed) return null;
  if (block.nesting === "single") return isObject(value) ? conform(block, value) : null;
  if (!Array.isArray(value)) return [];
  return value.map((element) => (isObject(element) ? conform(block, element) : element));
}

const NESTING = { single: 1, list: 2, set: 3 } as const;

/** The schema as the protocol's message. */
export function toMessage(block: Block): object {
  return {
    attributes: Object.entries(block.attributes).map(([name, attribute]) => ({
      name,
      type: Buffer.from(JSON.stringify(attribute.type)),
      required: attribute.required ?? false,
      optional: attribute.optional ?? false,
      computed: attribute.computed ?? false,
      sensitive: attribute.sensitive ?? false,
      deprecated: attribute.deprecated ?? false,
    })),
    block_types: Object.entries(block.blocks ?? {}).map(([name, nested]) => ({
      type_name: name,
      nesting: NESTING[nested.nesting],
      block: toMessage(nested),
      max_items: nested.nesting === "single" ? 0 : (nested.max_items ?? 0),
    })),
  };
}
