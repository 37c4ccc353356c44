import { sameAttribute, sameBlocks } from "./equality";
import { conform, type Attribute, type Block, type NestedBlock } from "./schema";
import { isObject, Unknown, type ObjectValue, type Value } from "./values";

/** Says for some fields, by name, that two different values mean the same. */
export type Equivalences = Readonly<Record<string, (prior: Value, next: Value) => boolean>>;

/** Where a value is: names of fields, and indexes in lists of blocks. */
export type Path = readonly (string | number)[];

export interface Plan {
  readonly planned: ObjectValue;
  /** The values whose change replaces the object; empty for a new object and for a change in place. */
  readonly replace: readonly Path[];
}

/**
 * What applying would give.
 * @param prior the object's state, null for a new object
 * @param proposed Terraform's merge of the configuration with the prior state
 */
export function plan(
  block: Block,
  prior: ObjectValue | null,
  proposed: ObjectValue,
  equivalences: Equivalences = {},
): Plan {
  const conformed = conform(block, proposed);
  if (prior === null)
    return { planned: withDefaults(block, withoutEmpty(block, conformed), true), replace: [] };
  const planned = withDefaults(block, conformed, false);
  const replace: Path[] = [];
  const same = (name: string) => equivalences[name]?.(prior[name] ?? null, planned[name] ?? null) ?? false;
  for (const [name, attribute] of Object.entries(block.attributes)) {
    const [before, after] = [prior[name] ?? null, planned[name] ?? null];
    if (sameAttribute(attribute.type, before, after) || same(name)) planned[name] = before;
    else if (attribute.force_new) replace.push([name]);
  }
  for (const [name, nested] of Object.entries(block.blocks ?? {})) {
    const [before, after] = [prior[name] ?? null, planned[name] ?? null];
    if (isLeftToProvider(nested, after) || sameBlocks(nested, before, after) || same(name))
      planned[name] = before;
    else replace.push(...blockChanges(name, nested, before, after));
  }
  return { planned, replace };
}

/** An existing object keeps the blocks that the provider gave and the configuration does not name. */
function isLeftToProvider(block: NestedBlock, after: Value): boolean {
  return (block.computed ?? false) && Array.isArray(after) && after.length === 0;
}

/** Sets of blocks are compared as a whole, lists by index: the same blocks in another order are a change. */
function blockChanges(name: string, block: NestedBlock, before: Value, after: Value): Path[] {
  if (!block.force_new) return [];
  if (block.nesting !== "list" || !Array.isArray(before) || !Array.isArray(after)) return [[name]];
  const paths: Path[] = [];
  for (let index = 0; index < Math.max(before.length, after.length); index++) {
    const [one, other] = [fieldsAt(before, index), fieldsAt(after, index)];
    for (const [field, attribute] of Object.entries(block.attributes)) {
      if (!attribute.force_new || (attribute.computed && !other)) continue;
      const next = other ? (other[field] ?? null) : (attribute.default ?? null);
      if (!sameAttribute(attribute.type, one?.[field] ?? null, next)) paths.push([name, index, field]);
    }
  }
  if (before.length !== after.length) paths.push([name]);
  return paths;
}

function fieldsAt(list: readonly Value[], index: number): ObjectValue | undefined {
  const element = list[index];
  return isObject(element) ? element : undefined;
}

/**
 * Gives unset fields their default, and marks as unknown what only the engine can tell. In nested blocks that holds for
 * an existing object too: a field that is still unset there belongs to a new element.
 */
function withDefaults(block: Block, value: ObjectValue, isNew: boolean): ObjectValue {
  const result: ObjectValue = { ...value };
  for (const [name, attribute] of Object.entries(block.attributes)) {
    result[name] = withDefault(attribute, result[name] ?? null, isNew);
  }
  for (const [name, nested] of Object.entries(block.blocks ?? {})) {
    const elements = result[name];
    if (!Array.isArray(elements)) continue;
    if (isNew && isLeftToProvider(nested, elements)) result[name] = Unknown.value;
    else {
      result[name] = elements.map((element) => {
        if (!isObject(element)) return element;
        const filled = withDefaults(nested, element, true);
        return nested.nesting === "set" ? plannedInSet(nested, filled) : filled;
      });
    }
  }
  return result;
}

/** The real plugins take an empty list, set or map of a new object for none. */
function withoutEmpty(block: Block, value: ObjectValue): ObjectValue {
  const result: ObjectValue = { ...value };
  for (const name of Object.keys(block.attributes)) {
    const field = result[name];
    if (Array.isArray(field) && field.length === 0) result[name] = null;
    else if (isObject(field) && Object.keys(field).length === 0) result[name] = null;
  }
  return result;
}

function withDefault(attribute: Attribute, value: Value, isNew: boolean): Value {
  if (value === "" && attribute.default_for_empty) return attribute.default ?? value;
  if (value !== null) return value;
  // A default of "" counts as no default: the real plugins leave such a field null.
  if (attribute.default !== undefined && attribute.default !== "") return attribute.default;
  return attribute.computed && isNew ? Unknown.value : null;
}

/** The real plugins plan an empty text or list for each one that an element of a set leaves out, and null for all else. */
function plannedInSet(block: Block, element: ObjectValue): ObjectValue {
  const result: ObjectValue = { ...element };
  for (const [name, { type }] of Object.entries(block.attributes)) {
    if (result[name] !== null) continue;
    if (type === "string") result[name] = "";
    else if (Array.isArray(type) && (type[0] === "set" || type[0] === "list")) result[name] = [];
  }
  return result;
}
