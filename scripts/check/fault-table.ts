import type { TestDuration } from "./report";

/** A line for each test of the long matrix: whether it held, its seconds, and what it is. */
export function faultTable(tests: readonly TestDuration[]): string[] {
  if (tests.length === 0) return [];
  const held = tests.filter(({ passed }) => passed).length;
  return [
    ...tests.map(
      ({ test, seconds, passed }) =>
        `${passed ? "held  " : "FAILED"} ${seconds.toFixed(0).padStart(6)} s  ${test}`,
    ),
    `${held} of ${tests.length} hold`,
  ];
}
