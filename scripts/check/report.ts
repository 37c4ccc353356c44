import { relative } from "node:path";

/** What is read of the report that `jest --json` writes. */
export interface JestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly startTime: number;
    readonly endTime: number;
    readonly assertionResults: readonly {
      readonly ancestorTitles: readonly string[];
      readonly title: string;
      readonly status: string;
      readonly duration?: number | null;
    }[];
  }[];
}

export interface TestDuration {
  readonly file: string;
  readonly test: string;
  readonly seconds: number;
  readonly passed: boolean;
}

export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/**
 * What a run of jest counts for. A run that failed without a failed test (a file that does not load), and one that ran no
 * test at all, count as one failure.
 */
export function countsOf(report: JestReport | undefined, succeeded: boolean): Counts {
  const { numPassedTests: passed, numFailedTests: failed, numPendingTests: skipped } = report ?? NOTHING;
  const good = report !== undefined && succeeded && passed + failed > 0;
  return { passed, failed: failed || (good ? 0 : 1), skipped };
}

const NOTHING = { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0 };

/** Seconds by file, its hooks included. */
export function fileDurations(report: JestReport, root: string): Record<string, number> {
  const entries = report.testResults.map(
    ({ name, startTime, endTime }) => [relative(root, name), (endTime - startTime) / 1000] as const,
  );
  return Object.fromEntries(entries);
}

/** The tests that ran, with their seconds. */
export function testDurations(report: JestReport, root: string): TestDuration[] {
  return report.testResults.flatMap(({ name, assertionResults }) =>
    assertionResults
      .filter(({ status }) => status === "passed" || status === "failed")
      .map(({ ancestorTitles, title, status, duration }) => ({
        file: relative(root, name),
        test: [...ancestorTitles, title].join(" › "),
        seconds: (duration ?? 0) / 1000,
        passed: status === "passed",
      })),
  );
}
