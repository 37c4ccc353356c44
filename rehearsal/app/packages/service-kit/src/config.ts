import * as z from "zod";
import { ENDPOINT_EXPECTED, isEndpoint } from "./endpoint";

const LOG_LEVELS = ["error", "warn", "info", "http", "verbose", "debug", "silly"] as const;

const httpUrl = z.url({ protocol: /^https?$/, error: "is not an http(s) URL" });
const absoluteFolder = z.string().startsWith("/", "must be an absolute folder");

const endpoint = z.string().refine(isEndpoint, ENDPOINT_EXPECTED);

const schema = z.object({
  NODE_ENV: z.enum(["development", "production", "test"]).default("development"),
  PORT: z.coerce.number().int().min(1).max(65535),
  LOG_LEVEL: z.enum(LOG_LEVELS).default("info"),
  LOG_DIR: absoluteFolder.default("/app/logs"),
  UPLOAD_DIR: absoluteFolder.default("/app/uploads"),
  CORS_ORIGIN: z.string().default(""),
  DATABASE_URL: endpoint,
  DATABASE_POOL_MAX: z.coerce.number().int().min(1).max(100).default(8),
  REDIS_URL: endpoint,
  JWT_SECRET: z.string().min(32, "must have at least 32 characters"),
  SESSION_TTL_SECONDS: z.coerce
    .number()
    .int()
    .min(60)
    .default(8 * 60 * 60),
  SHUTDOWN_TIMEOUT_SECONDS: z.coerce.number().int().min(1).max(300).default(10),
  RELEASE: z.string().optional(),
  USER_SERVICE_URL: httpUrl.optional(),
  WORK_ORDER_SERVICE_URL: httpUrl.optional(),
  ASSET_SERVICE_URL: httpUrl.optional(),
});

/** What a service reads from its environment. */
export type Config = z.infer<typeof schema>;

/**
 * Reads and checks the environment of a service.
 *
 * @param defaultPort used where PORT is not set
 * @throws one error that names every variable that is missing or wrong; it never repeats a value, which may be a secret
 */
export function readConfig(env: NodeJS.ProcessEnv, defaultPort: number): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ""));
  const result = schema.safeParse({ PORT: String(defaultPort), ...given });
  if (result.success) return result.data;
  const findings = result.error.issues.map((issue) => {
    const name = issue.path.join(".");
    return name in given || issue.code !== "invalid_type"
      ? `${name} ${lowerFirst(issue.message)}`
      : `${name} is missing`;
  });
  throw new Error(`the environment is not usable: ${findings.join("; ")}`);
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
