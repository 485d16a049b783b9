export const REALTIME = 0
const MONOTONIC = 1

const NANOSECONDS_PER_MILLISECOND = 1_000_000n

/** Nanoseconds of a clock; undefined for those that would tell of the host's processes. */
export function clockTime(clock: number): bigint | undefined {
  if (clock === REALTIME) return BigInt(Date.now()) * NANOSECONDS_PER_MILLISECOND
  return clock === MONOTONIC ? process.hrtime.bigint() : undefined
}

/** The least step of a clock in nanoseconds. */
export function clockResolution(clock: number): bigint | undefined {
  if (clock === REALTIME) return NANOSECONDS_PER_MILLISECOND
  return clock === MONOTONIC ? 1n : undefined
}
