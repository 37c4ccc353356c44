import { cpusBelowLeast, cpusNotReadBack, numberOutOfRange } from "../errors";

/** What Docker counts cores in. */
const NANO = 1_000_000_000n;
const NANO_DIGITS = 9;

/**
 * The least share of a core, in billionths. Source: Linux, CFS bandwidth control: a quota is at least 1 ms, and Docker's
 * period is 100 ms.
 */
const LEAST_NANO = 10_000_000n;

/** Distance of the numbers that a refusal proposes, in billionths of a core. */
const STEP_NANO = 1_000_000n;

/**
 * A CPU limit, in the one spelling in which the Docker provider reads it back. With any other one it would replace the
 * container with every deployment.
 *
 * @param cpus cores
 * @throws ConfigurationError when it is no share of a core, or the provider reads it back as another number
 */
export function cpuLimit(service: string, cpus: number): string {
  if (!(cpus > 0 && Number.isFinite(cpus))) {
    throw numberOutOfRange(`limits.cpus of ${service}`, cpus, "a number of cores above 0, such as 0.5 or 2");
  }
  const nano = nanoCpus(cpus.toFixed(NANO_DIGITS));
  if (nano < LEAST_NANO) throw cpusBelowLeast(service, cpus);
  const readBack = readBackCpus(nano);
  if (nanoCpus(readBack) !== nano) throw cpusNotReadBack(service, cpus, readBack, neighbours(nano));
  return readBack;
}

/**
 * How the Docker provider spells a limit that it reads from the engine: nine decimals, without the zeros at their end. If
 * exactly nine of the digits are zeros, the provider takes the number for a whole one and rounds it to one decimal: right
 * for 1.0 and 0.5, wrong for 0.05. Source: version 3.9.0, `nanoInt64ToDecimalString`, and recordings of it.
 *
 * @param nano billionths of a core
 */
export function readBackCpus(nano: bigint): string {
  const text = decimal(nano);
  const zeros = text.split("0").length - 1;
  if (zeros !== NANO_DIGITS) return text.replace(/0+$/, "");
  const tenths = (nano + NANO / 20n) / (NANO / 10n);
  return `${tenths / 10n}.${tenths % 10n}`;
}

function neighbours(nano: bigint): string[] {
  const isReadBack = (one: bigint) => one > LEAST_NANO && nanoCpus(readBackCpus(one)) === one;
  return [-STEP_NANO, STEP_NANO].flatMap((step) => {
    const found = [1n, 2n, 3n].map((times) => nano + step * times).find(isReadBack);
    return found === undefined ? [] : [readBackCpus(found)];
  });
}

/** As the Docker provider reads a decimal number. */
function nanoCpus(text: string): bigint {
  const [whole = "", fraction = ""] = text.split(".");
  return BigInt(whole) * NANO + BigInt(fraction.padEnd(NANO_DIGITS, "0"));
}

function decimal(nano: bigint): string {
  return `${nano / NANO}.${String(nano % NANO).padStart(NANO_DIGITS, "0")}`;
}
