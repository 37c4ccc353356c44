import { isObject, Unknown, type ObjectValue, type Value } from "./values";

/** Reads the fields of a block by type. A null or empty field reads as undefined, false or an empty list. */
export class Fields {
  constructor(readonly value: ObjectValue) {}

  text(name: string): string | undefined {
    const value = this.known(name);
    return typeof value === "string" && value !== "" ? value : undefined;
  }

  /** @throws Error if the field is empty, which Terraform rules out for required and computed fields */
  requiredText(name: string): string {
    const value = this.text(name);
    if (value === undefined) throw new Error(`the field "${name}" is empty, and a value was expected`);
    return value;
  }

  number(name: string): number | undefined {
    const value = this.known(name);
    return typeof value === "number" ? value : undefined;
  }

  flag(name: string): boolean {
    return this.known(name) === true;
  }

  /** A list or set of strings. */
  texts(name: string): string[] {
    const value = this.known(name);
    return Array.isArray(value) ? value.map((element) => (typeof element === "string" ? element : "")) : [];
  }

  map(name: string): Record<string, string> {
    const value = this.known(name);
    if (!isObject(value)) return {};
    return Object.fromEntries(
      Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
    );
  }

  blocks(name: string): Fields[] {
    const value = this.known(name);
    return Array.isArray(value) ? value.filter(isObject).map((element) => new Fields(element)) : [];
  }

  /** Whether the field holds anything but null or an empty list. */
  has(name: string): boolean {
    const value = this.known(name);
    return value !== null && !(Array.isArray(value) && value.length === 0);
  }

  private known(name: string): Exclude<Value, Unknown> {
    const value = this.value[name] ?? null;
    return value instanceof Unknown ? null : value;
  }
}
