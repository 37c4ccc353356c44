import { median } from "./timing";

/** What was measured. */
export interface Row {
  readonly what: string;
  readonly times: readonly number[];
  /** Seconds that the same takes otherwise, for the ratio. */
  readonly comparedWith?: { readonly name: string; readonly seconds: number };
}

/** A line for each row: the median, all between which it lies, and the ratio. */
export function print(rows: readonly Row[]): void {
  for (const { what, times, comparedWith } of rows) {
    const middle = median(times);
    const range = `${Math.min(...times).toFixed(2)} to ${Math.max(...times).toFixed(2)}`;
    const ratio = comparedWith
      ? `, ${(middle / comparedWith.seconds).toFixed(2)} times ${comparedWith.name}`
      : "";
    console.log(
      `${what.padEnd(44)} ${middle.toFixed(2).padStart(7)} s  (${times.length} runs: ${range})${ratio}`,
    );
  }
}
