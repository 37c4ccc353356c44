import { memoryBelowNeed, numberOutOfRange } from "../errors";
import { cpuLimit } from "./cpu-limit";

/** What a container may use of the VM. */
export interface ResourceLimits {
  /**
   * CPU time, in cores. A few numbers below a tenth are refused, such as 0.05: the Docker provider reads them back as others.
   * @default 1.0 (the seed, 9.2)
   */
  readonly cpus?: number;
  /** Memory in MiB; swap is not given. @default 512 (the seed, 9.2) */
  readonly memoryMiB?: number;
}

/**
 * Memory in MiB below which a program does not work, by measurement of the running system, with room to work.
 * Source: docs/measurements.md, "Memory at rest".
 */
const NEEDED_MIB: Readonly<Record<string, number>> = {
  postgres: 192,
  redis: 64,
  "user-service": 96,
  "work-order-service": 96,
  "asset-service": 96,
  migration: 96,
  web: 192,
  nginx: 48,
};

/**
 * Fills in the defaults, as the provider wants them.
 *
 * @throws ConfigurationError when the memory is less than the program needs, or a limit is invalid (to Docker, 0 is no
 * limit), or the provider would not read it back as it is
 */
export function checkedLimits(service: string, limits: ResourceLimits): { cpus: string; memoryMiB: number } {
  const { cpus = 1, memoryMiB = 512 } = limits;
  if (!Number.isInteger(memoryMiB)) {
    throw numberOutOfRange(`limits.memoryMiB of ${service}`, memoryMiB, "a whole number of MiB, such as 512");
  }
  const needed = NEEDED_MIB[service];
  if (needed !== undefined && memoryMiB < needed) {
    throw memoryBelowNeed(service, memoryMiB, needed);
  }
  return { cpus: cpuLimit(service, cpus), memoryMiB };
}
