import { sameAttribute, sameBlocks } from "./equality";
import { conform, type Block } from "./schema";
import { isObject, Unknown, type ObjectValue, type Value } from "./values";

/** Says for some fields, by name, that two different values mean the same. */
export type Equivalences = Readonly<Record<string, (prior: Value, next: Value) => boolean>>;

export interface Plan {
  readonly planned: ObjectValue;
  /** The fields whose change replaces the object; empty for a new object and for a change in place. */
  readonly replace: readonly string[];
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
  const planned = withDefaults(block, conform(block, proposed), prior === null);
  if (prior === null) return { planned, replace: [] };
  const replace: string[] = [];
  for (const field of changes(block, prior, planned, equivalences)) {
    if (!field.changed) planned[field.name] = prior[field.name] ?? null;
    else if (field.forceNew) replace.push(field.name);
  }
  return { planned, replace };
}

/** `actual`, with the prior value wherever it means the same: a reread must not look like a change. */
export function keepPrior(
  block: Block,
  prior: ObjectValue,
  actual: ObjectValue,
  equivalences: Equivalences = {},
): ObjectValue {
  const kept = conform(block, actual);
  for (const field of changes(block, prior, kept, equivalences)) {
    if (!field.changed) kept[field.name] = prior[field.name] ?? null;
  }
  return kept;
}

interface Change {
  readonly name: string;
  readonly changed: boolean;
  readonly forceNew: boolean;
}

function* changes(
  block: Block,
  prior: ObjectValue,
  next: ObjectValue,
  equivalences: Equivalences,
): Generator<Change> {
  for (const [name, attribute] of Object.entries(block.attributes)) {
    const [one, other] = [prior[name] ?? null, next[name] ?? null];
    const same = sameAttribute(attribute.type, one, other) || equivalences[name]?.(one, other);
    yield { name, changed: !same, forceNew: attribute.force_new ?? false };
  }
  for (const [name, nested] of Object.entries(block.blocks ?? {})) {
    const [one, other] = [prior[name] ?? null, next[name] ?? null];
    const same = sameBlocks(nested, one, other) || equivalences[name]?.(one, other);
    yield { name, changed: !same, forceNew: nested.force_new ?? false };
  }
}

/**
 * Gives unset fields their default, and marks as unknown what only the engine can tell. In nested blocks that holds for
 * an existing object too: a field that is still unset there belongs to a new element.
 */
function withDefaults(block: Block, value: ObjectValue, isNew: boolean): ObjectValue {
  const result: ObjectValue = { ...value };
  for (const [name, attribute] of Object.entries(block.attributes)) {
    if (result[name] !== null) continue;
    if (attribute.default !== undefined) result[name] = attribute.default;
    else if (attribute.computed && isNew) result[name] = Unknown.value;
  }
  for (const [name, nested] of Object.entries(block.blocks ?? {})) {
    const elements = result[name];
    if (Array.isArray(elements)) {
      result[name] = elements.map((element) =>
        isObject(element) ? withDefaults(nested, element, true) : element,
      );
    }
  }
  return result;
}
