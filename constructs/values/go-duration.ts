/**
 * A duration as Go prints it (`500ms`, `30s`, `1m30s`). The Docker provider reads durations back from the engine in
 * this form; any other spelling of the same time would show as a difference for ever.
 *
 * @param milliseconds whole milliseconds, 0 or more
 */
export function goDuration(milliseconds: number): string {
  if (milliseconds < 1000) {
    return milliseconds === 0 ? "0s" : `${milliseconds}ms`;
  }
  const seconds = (milliseconds % 60_000) / 1000;
  const minutes = Math.floor(milliseconds / 60_000) % 60;
  const hours = Math.floor(milliseconds / 3_600_000);
  return `${hours > 0 ? `${hours}h` : ""}${hours > 0 || minutes > 0 ? `${minutes}m` : ""}${seconds}s`;
}
