import { PluginError } from "../protocol/errors";

const NANOCPUS = 1e9;
const DIGITS = 9;

/**
 * A number of CPUs as Docker's API wants it, in billionths.
 * @throws PluginError
 */
export function parseCpus(cpus: string): number {
  const count = Number(cpus);
  if (cpus.trim() !== "" && Number.isFinite(count)) return Math.round(count * NANOCPUS);
  throw new PluginError(`cpus is "${cpus}"`, 'Expected: a number of CPUs as text, such as "1.5".');
}

/**
 * The inverse, in the form that the real plugin writes into the state. It writes nine digits after the point. If nine digits
 * of the whole number are zeros, it rounds to one digit, so that 1 becomes "1.0", and 0.05 becomes "0.1"; otherwise it
 * leaves out the zeros at the end, so that 0.25 stays "0.25", and 10 becomes "10.".
 */
export function formatCpus(nanocpus: number): string {
  const whole = Math.floor(nanocpus / NANOCPUS);
  const digits = `${whole}.${String(nanocpus % NANOCPUS).padStart(DIGITS, "0")}`;
  if (digits.split("0").length - 1 !== DIGITS) return digits.replace(/0+$/, "");
  const tenths = Math.round(nanocpus / (NANOCPUS / 10));
  return `${Math.floor(tenths / 10)}.${tenths % 10}`;
}
