/** The wait before the next attempt: doubled from 100 ms up to 10 s, less up to half of it, so that many do not come at once. */
export function backoffMs(failures: number, random: number = Math.random()): number {
  return Math.min(10_000, 100 * 2 ** Math.min(failures, 10)) * (1 - random / 2)
}
