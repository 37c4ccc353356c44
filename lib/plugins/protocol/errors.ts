import type { ObjectValue } from "./values";

/** A failure in words for the operator: a headline, what was expected, and the remedy. */
export class PluginError extends Error {
  constructor(
    message: string,
    /** @default nothing more to say */
    readonly detail = "",
  ) {
    super(message);
    this.name = "PluginError";
  }
}

/** A creation that failed half way: the object exists, so Terraform must keep it in the state, as tainted. */
export class HalfCreatedError extends PluginError {
  constructor(
    cause: unknown,
    readonly state: ObjectValue,
  ) {
    super(messageOf(cause), cause instanceof PluginError ? cause.detail : "");
    this.name = "HalfCreatedError";
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Does the work; the message of a failure says first what it was for. */
export async function because<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new PluginError(`${what}: ${messageOf(error)}`, error instanceof PluginError ? error.detail : "");
  }
}

/** The protocol's message for an error or a refusal. */
export interface Diagnostic {
  readonly severity: 1;
  readonly summary: string;
  readonly detail: string;
  readonly attribute?: { readonly steps: readonly { readonly attribute_name: string }[] };
}

export function errorDiagnostic(error: unknown): Diagnostic {
  return {
    severity: 1,
    summary: messageOf(error),
    detail: error instanceof PluginError ? error.detail : "",
  };
}

/** A refusal that Terraform shows with the field of the configuration. */
export function fieldDiagnostic(error: PluginError, field: string): Diagnostic {
  return { ...errorDiagnostic(error), attribute: { steps: [{ attribute_name: field }] } };
}
