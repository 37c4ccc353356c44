import { randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Host } from "../host/host";
import { VARIABLES_FILE } from "./working-directory";

const GATEWAY_PORT = 3030;

/** The names of the secrets, with the bytes of randomness in each. */
const SECRETS = { POSTGRES_PASSWORD: 24, JWT_SECRET: 48, REDIS_PASSWORD: 24 } as const;

type Secrets = Readonly<Record<keyof typeof SECRETS, string>>;

/** Where the deployed system answers. */
export function gatewayUrl(host: Pick<Host, "address">): string {
  return `http://${host.address}:${GATEWAY_PORT}`;
}

/** Writes the deploy-time values of a rehearsal, for its owner only. Secrets that are there already are kept. */
export async function writeVariables(
  directory: string,
  host: Host,
  images: Readonly<Record<string, string>>,
): Promise<void> {
  const path = join(directory, VARIABLES_FILE);
  const variables = {
    SERVER_IP: host.address,
    SSH_USER: host.user,
    SSH_PORT: host.sshPort,
    SSH_PRIVATE_KEY_FILE: host.keyFile,
    SSH_HOST_KEYS: await readFile(host.knownHosts, "utf8"),
    NEXT_PUBLIC_API_URL: gatewayUrl(host),
    ...(await keptSecrets(path)),
    IMAGES: images,
  };
  await writeFile(path, `${JSON.stringify(variables, undefined, 2)}\n`, { mode: 0o600 });
}

async function keptSecrets(path: string): Promise<Secrets> {
  const text = await readFile(path, "utf8").catch(() => "{}");
  const kept = JSON.parse(text) as Partial<Record<string, unknown>>;
  const secret = (name: keyof typeof SECRETS): string => {
    const value = kept[name];
    return typeof value === "string" ? value : randomBytes(SECRETS[name]).toString("base64url");
  };
  return {
    POSTGRES_PASSWORD: secret("POSTGRES_PASSWORD"),
    JWT_SECRET: secret("JWT_SECRET"),
    REDIS_PASSWORD: secret("REDIS_PASSWORD"),
  };
}
