import { Decoder, Encoder, ExtensionCodec } from "@msgpack/msgpack";

/** A value that Terraform learns only when the plan is applied. */
export class Unknown {
  /** There is one unknown value only, so that `===` compares it. */
  static readonly value = new Unknown();
  readonly kind = "unknown";
}

export type Value = null | string | number | boolean | Unknown | Value[] | ObjectValue;

/** A block: one entry for every attribute and nested block of its schema. */
export interface ObjectValue {
  [name: string]: Value;
}

/** How a value travels: Terraform sends msgpack, and JSON only where it reads an old state. */
export interface DynamicValue {
  readonly msgpack?: Uint8Array;
  readonly json?: Uint8Array;
}

const EXTENSION_UNKNOWN = 0;
/** An unknown value of which something is known, such as "not null". */
const EXTENSION_REFINED_UNKNOWN = 12;

const extensionCodec = new ExtensionCodec();
extensionCodec.register({
  type: EXTENSION_UNKNOWN,
  encode: (value) => (value instanceof Unknown ? new Uint8Array([0]) : null),
  decode: () => Unknown.value,
});
extensionCodec.register({
  type: EXTENSION_REFINED_UNKNOWN,
  encode: () => null,
  decode: () => Unknown.value,
});
const encoder = new Encoder({ extensionCodec });
const decoder = new Decoder({ extensionCodec });

export function encode(value: Value): DynamicValue {
  return { msgpack: Buffer.from(encoder.encode(value)) };
}

/** @returns null for an absent value, as for the state of an object that does not exist */
export function decode(dynamic: DynamicValue | null | undefined): Value {
  if (dynamic?.msgpack?.length) return decoder.decode(dynamic.msgpack) as Value;
  if (dynamic?.json?.length) return JSON.parse(Buffer.from(dynamic.json).toString("utf8")) as Value;
  return null;
}

/** @throws Error if the value is something else than an object or null */
export function decodeObject(dynamic: DynamicValue | null | undefined): ObjectValue | null {
  const value = decode(dynamic);
  if (value === null || isObject(value)) return value;
  throw new Error(`Terraform sent a ${typeof value} where an object belongs`);
}

export function isObject(value: Value | undefined): value is ObjectValue {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Unknown);
}

/** Whether the value, or any part of it, is unknown. */
export function hasUnknown(value: Value): boolean {
  if (value instanceof Unknown) return true;
  if (Array.isArray(value)) return value.some(hasUnknown);
  return isObject(value) && Object.values(value).some(hasUnknown);
}

/** `planned`, with every unknown part taken from the same place of `actual`. */
export function fillUnknown(planned: Value, actual: Value | undefined): Value {
  if (planned instanceof Unknown) return actual ?? null;
  if (Array.isArray(planned)) {
    const elements = Array.isArray(actual) ? actual : [];
    return planned.map((element, index) => fillUnknown(element, elements[index]));
  }
  if (isObject(planned)) {
    const fields = isObject(actual) ? actual : {};
    return Object.fromEntries(
      Object.entries(planned).map(([name, field]) => [name, fillUnknown(field, fields[name])]),
    );
  }
  return planned;
}
