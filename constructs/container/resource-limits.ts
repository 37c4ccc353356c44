import { memoryBelowNeed, numberOutOfRange } from "../errors";
import { cpuLimit } from "./cpu-limit";

/** What a container may use of the VM. */
export interface ResourceLimits {
  /**
   * CPU time, in cores. A few numbers below a tenth are refused, such as 0.05: the Docker provider reads them back as others.
   * @default 1.0 (deployment document, 9.2)
   */
  readonly cpus?: number;
  /** Memory in MiB; swap is not given. @default 512 (deployment document, 9.2) */
  readonly memoryMiB?: number;
  /**
   * Processes and threads that may exist at a time: a program that makes more of them, by a fault or on purpose, gets errors, and
   * the VM goes on. From 64 to 32768. @default 512, of which a PostgreSQL with all of its connections has a
   * fifth, and a service less (docs/measurements.md, "Processes"). CIS Docker Benchmark 1.6, 5.29
   */
  readonly pids?: number;
}

const DEFAULT_PIDS = 512;

/** An init, Node.js with its threads, and a health check with its own need 30. The largest is the kernel's own limit of all processes by default. */
const LEAST_PIDS = 64;
const MOST_PIDS = 32_768;

/** As the provider wants them; it knows no limit of processes. */
export interface CheckedLimits {
  readonly cpus: string;
  readonly memoryMiB: number;
  readonly pids: number;
}

/**
 * Fills in the defaults, as the provider wants them.
 *
 * @param leastMemoryMiB MiB below which the program does not work
 * @throws ConfigurationError when the memory is less than the program needs, or a limit is invalid (to Docker, 0 is no
 * limit), or the provider would not read it back as it is
 */
export function checkedLimits(
  service: string,
  limits: ResourceLimits,
  leastMemoryMiB: number,
): CheckedLimits {
  const { cpus = 1, memoryMiB = 512, pids = DEFAULT_PIDS } = limits;
  if (!Number.isInteger(memoryMiB)) {
    throw numberOutOfRange(`limits.memoryMiB of ${service}`, memoryMiB, "a whole number of MiB, such as 512");
  }
  if (memoryMiB < leastMemoryMiB) {
    throw memoryBelowNeed(service, memoryMiB, leastMemoryMiB);
  }
  if (!Number.isInteger(pids) || pids < LEAST_PIDS || pids > MOST_PIDS) {
    throw numberOutOfRange(
      `limits.pids of ${service}`,
      pids,
      `a whole number of processes and threads from ${LEAST_PIDS} to ${MOST_PIDS}, such as ${DEFAULT_PIDS}`,
    );
  }
  return { cpus: cpuLimit(service, cpus), memoryMiB, pids };
}
