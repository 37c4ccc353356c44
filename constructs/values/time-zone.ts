import { z } from "zod";

/** A name of the tz database, as every program in the containers takes it. */
export const timeZone = z
  .string()
  .refine(isTimeZone, 'expected a time zone of the tz database, such as "UTC" or "Europe/Berlin"');

/** Offsets such as +02:00 are refused: Node.js takes them, and the C library reads them the other way round. */
function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return /^[A-Za-z]/.test(name);
  } catch {
    return false;
  }
}
