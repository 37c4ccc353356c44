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
