import { sameAttribute } from "./equality";
import { fieldDiagnostic, PluginError, type Diagnostic } from "./errors";
import type { Unsupported } from "./resource";
import type { Block } from "./schema";
import { isObject, type ObjectValue, type Value } from "./values";

/** One refusal for each field that the configuration sets and the plugin cannot apply. */
export function refusals(
  type: string,
  block: Block,
  config: ObjectValue,
  unsupported: Unsupported | undefined,
): Diagnostic[] {
  if (!unsupported) return [];
  const subject = typeof config.name === "string" ? `${type} "${config.name}"` : type;
  return usedPaths(block, config, "")
    .filter((path) => unsupported.fields.has(path))
    .map((path) => fieldDiagnostic(refusal(subject, path, unsupported), path.split(".")[0] ?? path));
}

function refusal(subject: string, path: string, { path: file, standsFor }: Unsupported): PluginError {
  return new PluginError(
    `${subject} sets "${path}", which the offline plugin does not support`,
    `The offline plugin stands in for ${standsFor} where no registry can be reached, and knows only the fields that ` +
      `the stacks use. Remove "${path}", or use the real provider (from the registry, or from a mirror that ` +
      `TF_CLI_CONFIG_FILE names), or add the field to ${file}.`,
  );
}

/** The fields that the configuration sets to something else than their default. */
function usedPaths(block: Block, value: ObjectValue, prefix: string): string[] {
  const paths: string[] = [];
  for (const [name, attribute] of Object.entries(block.attributes)) {
    const set = value[name] ?? null;
    const isDefault = set === null || sameAttribute(attribute.type, set, attribute.default ?? null);
    if (!isDefault) paths.push(prefix + name);
  }
  for (const [name, nested] of Object.entries(block.blocks ?? {})) {
    const elements = blockElements(value[name]);
    if (elements.length > 0) paths.push(prefix + name);
    for (const element of elements) paths.push(...usedPaths(nested, element, `${prefix}${name}.`));
  }
  return [...new Set(paths)];
}

function blockElements(value: Value | undefined): ObjectValue[] {
  if (Array.isArray(value)) return value.filter(isObject);
  return isObject(value) ? [value] : [];
}
