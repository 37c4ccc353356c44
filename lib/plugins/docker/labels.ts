import type { Fields } from "../protocol/fields";
import type { Value } from "../protocol/values";

/** The blocks `labels { label = … value = … }` as the engine takes them. */
export function labelsOf(fields: Fields): Record<string, string> {
  return Object.fromEntries(
    fields.blocks("labels").map((label) => [label.requiredText("label"), label.text("value") ?? ""]),
  );
}

/** The inverse. */
export function labelBlocks(labels: Readonly<Record<string, string>> | null | undefined): Value {
  return Object.entries(labels ?? {}).map(([label, value]) => ({ label, value }));
}
