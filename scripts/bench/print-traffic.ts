import type { TrafficResult } from "../../rehearsal/traffic/traffic";
import { quantile } from "./timing";

const REASON_CHARACTERS = 40;

type TrafficSeen = Pick<TrafficResult, "times" | "failed">;

/** What the clients saw in several stretches, as if it had been one. */
export function together(stretches: readonly TrafficSeen[]): TrafficSeen {
  return {
    times: stretches.flatMap(({ times }) => times),
    failed: stretches.flatMap(({ failed }) => failed),
  };
}

/** What the clients saw while something went on. */
export interface Stretch {
  readonly what: string;
  readonly traffic: TrafficSeen;
}

/** A line for each stretch, and how many times the p99 of the first one its own was; then why requests failed. */
export function printTraffic(stretches: readonly Stretch[]): void {
  const [quiet] = stretches;
  for (const { what, traffic } of stretches) {
    const { times, failed } = traffic;
    const [p50, p99, slowest] = [0.5, 0.99, 1].map((part) => Math.round(quantile(times, part)));
    const ratio = quiet ? (quantile(times, 0.99) / quantile(quiet.traffic.times, 0.99)).toFixed(2) : "-";
    console.log(
      `${what.padEnd(44)} ${failed.length} of ${times.length} requests failed; p50 ${p50} ms, p99 ${p99} ms ` +
        `(${ratio} times the quiet one), slowest ${slowest} ms`,
    );
    const reasons = new Map<string, number>();
    for (const { why } of failed) {
      // Without what is different each time, such as a request's id.
      const reason = why.slice(0, REASON_CHARACTERS).replace(/\s+/g, " ");
      reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
    }
    for (const [why, times] of reasons) console.log(`  ${times} × ${why}`);
  }
}
