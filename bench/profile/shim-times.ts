import { readFile } from 'node:fs/promises'

/** When things happened to one request in the shim: milliseconds of the machine's monotonic clock, which all processes share. */
export interface ShimTimes {
  /** From the event loop's waking up until TLS was opened. */
  readonly wokenMs: number
  readonly openedAt: number
  /** The HTTP request was there and read. */
  readonly readAt: number
  /** The policy was asked for. */
  readonly askedAt: number
  readonly evaluatedFrom: number
  readonly evaluatedTo: number
  /** The answer was there. */
  readonly endAt: number
  /** HTTP and TLS had handed it to the socket. */
  readonly writtenAt: number
  /** What was done after that. */
  readonly afterMs: number
}

/** Milliseconds of the machine's monotonic clock. */
export function monotonicMs(): number {
  const [seconds, nanoseconds] = process.hrtime()
  return seconds * 1000 + nanoseconds / 1e6
}

/** What the probe has written so far, in the order of the requests. */
export async function readShimTimes(file: string): Promise<ShimTimes[]> {
  const text = await readFile(file, 'utf8').catch(() => '')
  return text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as ShimTimes)
}
