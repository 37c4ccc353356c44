import { z } from "zod";

const text = (example: string) => z.string().min(1, `expected a text such as ${example}`);

/** What an answer must be like. */
const expectation = z.strictObject({
  /** One status, or any of several. @default 200 */
  status: z.union([z.int().min(100).max(599), z.array(z.int().min(100).max(599)).min(1)]).optional(),
  /** Values by their path in the answer, for example `{ "workOrder.status": "assigned" }`. */
  json: z.record(z.string(), z.unknown()).optional(),
  /** Regular expressions by header; case does not matter. */
  headers: z.record(z.string(), z.string()).optional(),
  /** A text that the answer must contain. */
  contains: z.string().optional(),
  /** Milliseconds within which the whole answer must be there. */
  withinMilliseconds: z.int().min(1).optional(),
});

/** One request, and what its answer must be like. `{{name}}` is replaced by a value that was captured. */
const step = z.strictObject({
  /** Method and path. */
  request: z
    .string()
    .regex(
      /^(GET|HEAD|POST|PUT|PATCH|DELETE) \/\S*$/,
      'expected a method and a path, such as "GET /api/users"',
    ),
  headers: z.record(z.string(), z.string()).optional(),
  /** A body, sent as JSON. */
  json: z.unknown().optional(),
  /** A body, sent as a form: texts, and files of random bytes. */
  form: z
    .record(
      z.string(),
      z.union([
        z.string(),
        z.strictObject({ fileName: text("report.bin"), bytes: z.int().min(1).max(50_000_000) }),
      ]),
    )
    .optional(),
  expect: expectation.optional(),
  /** Values of the answer that later steps and checks find as `{{name}}`, by their path, for example `{ token: "token" }`. */
  capture: z.record(z.string().regex(/^\w+$/, "expected letters, digits and _"), text("user.id")).optional(),
  /** How many times it is asked; each must hold. @default 1 */
  repeat: z.int().min(1).max(1000).optional(),
  /** Seconds within which it may fail and is tried again. @default 0 */
  retrySeconds: z.int().min(0).max(120).optional(),
});

/** One thing that must work after a deploy. */
const check = z.strictObject({
  name: text("work order"),
  /**
   * A service that is asked on its own, in each of its containers: on the host only. @default the system as everybody sees
   * it, through the gateway
   */
  at: z.string().optional(),
  /** In this order; the first that does not hold fails the check. */
  steps: z.array(step).min(1, "expected at least one step"),
  /** Requests that remove what the steps have made; sent after all checks, also when one has failed. @default nothing */
  cleanUp: z.array(step).optional(),
});

/**
 * All checks of a deployment.
 *
 * @param services that may be asked on their own
 */
export const checksSchema = (services: readonly string[]) =>
  z
    .array(check.extend({ at: z.enum(services, `expected one of ${services.join(", ")}`).optional() }))
    .refine(
      (all) => new Set(all.map(({ name }) => name)).size === all.length,
      "expected a name of its own for each check",
    );

/**
 * A check as a team writes it. `{{username}}` and `{{password}}` are the login of the variables VERIFY_USERNAME and
 * VERIFY_PASSWORD, `{{run}}` is a word that is new each time; a check that needs a value which is not there is skipped.
 */
export type VerifyCheck = z.input<typeof check>;
