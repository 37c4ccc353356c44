import { randomBytes, scrypt, timingSafeEqual, type ScryptOptions } from "node:crypto";

/** 2^15 blocks of 1 KiB: 32 MiB for about 0.1 s, so that four logins at once fit a small container. */
const LOG2_COST = 15;
const KEY_BYTES = 32;

/** @returns `scrypt$<log2 of the cost>$<salt>$<key>`, which holds all that `verifyPassword` needs */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const key = await derive(password, salt, LOG2_COST);
  return `scrypt$${LOG2_COST}$${salt.toString("base64url")}$${key.toString("base64url")}`;
}

/** Tells whether a password belongs to a hash, in the same time for right and wrong ones. */
export async function verifyPassword(password: string, hash: string): Promise<boolean> {
  const [scheme, cost, salt, key] = hash.split("$");
  if (scheme !== "scrypt" || cost === undefined || salt === undefined || key === undefined) return false;
  const expected = Buffer.from(key, "base64url");
  return timingSafeEqual(expected, await derive(password, Buffer.from(salt, "base64url"), Number(cost)));
}

function derive(password: string, salt: Buffer, log2Cost: number): Promise<Buffer> {
  const cost = 2 ** log2Cost;
  const options: ScryptOptions = { N: cost, r: 8, p: 1, maxmem: 256 * cost * 8 };
  return new Promise((resolve, reject) => {
    scrypt(password.normalize("NFKC"), salt, KEY_BYTES, options, (error, key) =>
      error ? reject(error) : resolve(key),
    );
  });
}
