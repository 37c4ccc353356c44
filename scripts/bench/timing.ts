/** Seconds that something took. */
export async function seconds(work: () => Promise<unknown>): Promise<number> {
  const began = process.hrtime.bigint();
  await work();
  return Number(process.hrtime.bigint() - began) / 1e9;
}

/** The middle one of several measurements; of an even number, the mean of the middle two. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  if (low === undefined || high === undefined) throw new Error("no measurement to take the median of");
  return (low + high) / 2;
}

/** The least of the values that `part` of them (0 to 1) do not exceed. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const value = sorted[Math.max(0, Math.ceil(sorted.length * part) - 1)];
  if (value === undefined) throw new Error("no measurement to take a quantile of");
  return value;
}

/** Runs something several times, with something untimed before each, and returns every time in seconds. */
export async function repeated(
  times: number,
  work: () => Promise<unknown>,
  before: () => Promise<unknown> = () => Promise.resolve(),
): Promise<number[]> {
  const all: number[] = [];
  for (let round = 0; round < times; round += 1) {
    await before();
    all.push(await seconds(work));
  }
  return all;
}
