import type { Block, NestedBlock, Type } from "./schema";
import { hasUnknown, isObject, type Value } from "./values";

/**
 * Whether two values of a field mean the same. The real plugins write "", 0, false and empty lists where nothing is
 * configured, so these equal null; the order of a set is of no meaning.
 */
export function sameAttribute(type: Type, one: Value, other: Value): boolean {
  return sameText(one, other, (value) => attributeText(type, value));
}

/** Like {@link sameAttribute}, for all elements of a nested block. */
export function sameBlocks(block: NestedBlock, one: Value, other: Value): boolean {
  return sameText(one, other, (value) => blocksText(block, value));
}

/** An unknown value equals nothing: it may turn out to be anything. */
function sameText(one: Value, other: Value, text: (value: Value) => string): boolean {
  if (one === other) return true;
  return !hasUnknown(one) && !hasUnknown(other) && text(one) === text(other);
}

const NOTHING = "";

function attributeText(type: Type, value: Value): string {
  if (isEmpty(value)) return NOTHING;
  const isSet = Array.isArray(type) && type[0] === "set";
  if (isSet && Array.isArray(value))
    return JSON.stringify(value.map((element) => sortedJson(element)).sort());
  return sortedJson(value);
}

function blocksText(block: NestedBlock, value: Value): string {
  if (isEmpty(value)) return NOTHING;
  if (!Array.isArray(value)) return blockText(block, value);
  const elements = value.map((element) => blockText(block, element));
  return JSON.stringify(block.nesting === "set" ? elements.sort() : elements);
}

function blockText(block: Block, value: Value): string {
  if (!isObject(value)) return NOTHING;
  const fields = [
    ...Object.entries(block.attributes).map(([name, { type }]) => [
      name,
      attributeText(type, value[name] ?? null),
    ]),
    ...Object.entries(block.blocks ?? {}).map(([name, nested]) => [
      name,
      blocksText(nested, value[name] ?? null),
    ]),
  ];
  return JSON.stringify(fields);
}

function isEmpty(value: Value): boolean {
  if (value === null || value === "" || value === 0 || value === false) return true;
  if (Array.isArray(value)) return value.length === 0;
  return isObject(value) && Object.keys(value).length === 0;
}

function sortedJson(value: Value): string {
  return JSON.stringify(value, (_name, part: unknown) =>
    typeof part === "object" && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([one], [other]) => (one < other ? -1 : 1)))
      : part,
  );
}
