import { conform, type Block, type NestedBlock, type Type } from "./schema";
import { hasUnknown, isObject, Unknown, type ObjectValue, type Value } from "./values";

/**
 * The state after a creation, as the real plugins write it: what was read back, but sets as they were planned, and null
 * where nothing was planned and nothing was found. A difference between the two shows in the next plan only.
 * @param actual the fields that could be read back
 */
export function stateAfterCreation(block: Block, planned: ObjectValue, actual: ObjectValue): ObjectValue {
  const found = withoutNulls(block, actual);
  const state: ObjectValue = {};
  for (const [name, { type }] of Object.entries(block.attributes)) {
    state[name] = settled(collection(type), planned[name] ?? null, found[name]);
  }
  for (const [name, nested] of Object.entries(block.blocks ?? {})) {
    state[name] = settled(nested.nesting, planned[name] ?? null, found[name]);
  }
  return state;
}

/** The state after a refresh: what was read back; the rest as it was, with the zero of its kind in elements of sets. */
export function stateAfterRefresh(block: Block, prior: ObjectValue, actual: ObjectValue): ObjectValue {
  return withoutNulls(block, conform(block, { ...prior, ...actual }));
}

type Kind = "single" | "set" | "list" | "map" | "object";

function settled(kind: Kind, planned: Value, actual: Value | undefined): Value {
  if (actual === undefined) {
    // Nobody gave it: a set is then empty, and anything else null.
    return planned instanceof Unknown && kind === "set" ? [] : withoutUnknown(planned);
  }
  if (kind === "single") return actual ?? withoutUnknown(planned);
  if (planned === null && isEmptyCollection(actual)) return null;
  if (actual === null && isEmptyCollection(planned)) return planned;
  return kind === "set" && planned !== null && !hasUnknown(planned) ? planned : actual;
}

function collection(type: Type): Kind {
  return Array.isArray(type) ? type[0] : "single";
}

function isEmptyCollection(value: Value): boolean {
  return Array.isArray(value) ? value.length === 0 : isObject(value) && Object.keys(value).length === 0;
}

function withoutUnknown(value: Value): Value {
  if (value instanceof Unknown) return null;
  if (Array.isArray(value)) return value.map(withoutUnknown);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, withoutUnknown(field)]));
}

/** The real plugins lose the difference between null and zero in elements of sets, and between null and no blocks. */
function withoutNulls(block: Block, value: ObjectValue): ObjectValue {
  const result: ObjectValue = { ...value };
  for (const [name, nested] of Object.entries(block.blocks ?? {})) {
    if (result[name] === null && nested.nesting !== "single") result[name] = [];
    const elements = result[name];
    if (Array.isArray(elements) && nested.nesting === "set") {
      result[name] = elements.map((element) => (isObject(element) ? withZeros(nested, element) : element));
    }
  }
  return result;
}

function withZeros(block: NestedBlock, element: ObjectValue): ObjectValue {
  const result = conform(block, element);
  for (const [name, { type }] of Object.entries(block.attributes)) result[name] ??= zeroOf(type);
  return result;
}

function zeroOf(type: Type): Value {
  if (type === "string") return "";
  if (type === "number") return 0;
  if (type === "bool") return false;
  return type[0] === "set" || type[0] === "list" ? [] : {};
}
