import type { Construct } from "constructs";
import type { z } from "zod";
import { type Finding, invalidProps } from "../errors";

/**
 * Checks the props of a construct against its schema, where the values enter. Not for secrets: the error shows what
 * came.
 *
 * @throws ConfigurationError with every finding at once, named by the construct's path.
 */
export function validateProps<T>(construct: Construct, schema: z.ZodType<T>, props: unknown): T {
  const result = schema.safeParse(props);
  if (result.success) {
    return result.data;
  }
  throw invalidProps(
    construct.node.path,
    result.error.issues.map((issue) => finding(issue, props)),
  );
}

function finding(issue: z.core.$ZodIssue, props: unknown): Finding {
  const { path, message } = issue;
  if (issue.code === "invalid_key") {
    // The name of an entry is wrong, not its value.
    const expected = issue.issues[0]?.message ?? message;
    return { property: `a name in ${path.slice(0, -1).join(".")}`, value: path.at(-1), expected };
  }
  return { property: path.join(".") || "the whole", value: valueAt(props, path), expected: message };
}

function valueAt(props: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key],
    props,
  );
}
