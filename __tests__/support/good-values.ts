import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { temporaryFolder } from "./temporary-folder";
import type { Values } from "./terraform";

/** An ed25519 and an ECDSA key, as ssh-keyscan prints them. */
export const HOST_KEYS = {
  ed25519: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExample",
  ecdsa: "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIExample=",
  rsa: "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABExample==",
} as const;

/** Values for all variables that a deployment needs and that have no default. */
export function goodValues(): Values {
  const key = join(temporaryFolder(), "id_ed25519");
  writeFileSync(key, "");
  return {
    SERVER_IP: "203.0.113.10",
    SSH_PRIVATE_KEY_FILE: key,
    SSH_HOST_KEYS: `203.0.113.10 ${HOST_KEYS.ed25519}\n`,
    NEXT_PUBLIC_API_URL: "http://203.0.113.10:3030",
    POSTGRES_PASSWORD: "correct horse battery",
    JWT_SECRET: "correct horse battery staple, twice",
    REDIS_PASSWORD: "battery staple, correct",
  };
}
