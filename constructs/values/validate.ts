import type { Construct } from "constructs";
import type { z } from "zod";
import { invalidProps } from "../errors";

/**
 * Checks the props of a construct against its schema, where the values enter.
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
    result.error.issues.map((issue) => ({
      property: issue.path.join(".") || "props",
      message: issue.message,
    })),
  );
}
